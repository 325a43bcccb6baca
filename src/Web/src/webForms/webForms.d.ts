// The package comes without its declarations; this is what is used of it.
declare module '@getodk/web-forms' {
  import type { DefineComponent, Plugin } from 'vue'

  export interface InstancePayload {
    status: 'pending' | 'ready'
    data: [FormData]
  }
  export interface SubmissionResult {
    next: symbol
  }
  export interface EditInstance {
    resolveInstance: () => Promise<string>
    attachmentFileNames: string[]
    resolveAttachment: (name: string) => Promise<Response>
  }
  /** The root of a form's state, which the component hands to the header of the form. */
  export interface FormRoot {
    prepareInstancePayload(options: { payloadType: 'monolithic' }): Promise<InstancePayload>
  }
  export const OdkWebForm: DefineComponent<{
    formXml: string
    fetchFormAttachment: (resource: URL) => Promise<Response>
    trackDevice?: boolean
    editInstance?: EditInstance
  }>
  export const webFormsPlugin: Plugin
  export const POST_SUBMIT__NEW_INSTANCE: symbol
}
