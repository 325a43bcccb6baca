import type { Form } from '../api'

/** Where the definition, the files and the submissions of a form are, for whoever has opened its link. */
export interface FormAddresses {
  definition: string
  attachments: string
  submission: string
}

/** With the key of a public link, with the token of a draft, or with the session. */
export function formAddresses(form: Form, key: string | undefined): FormAddresses {
  const access = form.draftToken ? `/test/${encodeURIComponent(form.draftToken)}` : key ? `/key/${encodeURIComponent(key)}` : ''
  const project = `/v1${access}/projects/${form.projectId}`
  const path = `${project}/forms/${encodeURIComponent(form.xmlFormId)}`
  return form.draftToken
    ? { definition: `${path}/draft.xml`, attachments: `${path}/draft/attachments`, submission: `${path}/draft/submission` }
    : { definition: `${path}.xml`, attachments: `${path}/attachments`, submission: `${project}/submission` }
}

/** The address of a file that the form names, such as `jr://images/leaf.png`. */
export function attachmentAddress(addresses: FormAddresses, resource: URL): string {
  const name = decodeURIComponent(resource.pathname.split('/').at(-1)!)
  return `${addresses.attachments}/${encodeURIComponent(name)}`
}
