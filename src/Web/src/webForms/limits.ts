import { readFormTexts } from '../forms/formTexts'

/** What the renderer cannot do with a form, so that people know before they fill it in. */
export interface WebFormLimits {
  /** Its answers would be sent as they are. */
  encrypted: boolean
  /** Questions for audio, video and other files. */
  questions: string[]
}

export function limitsOf(definition: string, language: string): WebFormLimits {
  const form = new DOMParser().parseFromString(definition, 'text/xml')
  const texts = readFormTexts(definition, language)
  const uploads = [...form.getElementsByTagNameNS('*', 'upload')].filter((one) => !one.getAttribute('mediatype')?.startsWith('image/'))
  return {
    encrypted: [...form.getElementsByTagNameNS('*', 'submission')].some((one) => one.hasAttribute('base64RsaPublicKey')),
    questions: uploads.map((one) => {
      const names = (one.getAttribute('ref') ?? '').split('/').slice(2)
      return texts.label('/' + names.join('/')) ?? names.at(-1) ?? ''
    }),
  }
}
