import { submissions, type Form } from '../api'
import { isPicture } from '../submissions/answers'
import type { EditInstance } from '@getodk/web-forms'

/** A submission to edit, its XML, and the names of the files that the server has or expects for it. */
export interface Edit {
  instance: EditInstance
  xml: string
  files: string[]
}

const xmlPart = 'xml_submission_file'

/**
 * The form shows photos only. Other files, and those that have not arrived, are empty here: a name without a file would be taken out of
 * the answers.
 */
export async function loadEdit(form: Form, instanceId: string): Promise<Edit> {
  const at = [form.projectId, form.xmlFormId, instanceId] as const
  const [xml, files] = await Promise.all([submissions.xml(...at), submissions.attachments(...at)])
  const shown = new Set(files.filter((file) => file.exists && isPicture(file.name)).map((file) => file.name))
  return {
    xml,
    files: files.map((file) => file.name),
    instance: {
      resolveInstance: async () => xml,
      attachmentFileNames: files.map((file) => file.name),
      resolveAttachment: async (name) => (shown.has(name) ? fetch(submissions.attachmentAddress(...at, name)) : new Response(new Blob([]))),
    },
  }
}

/** What is sent. Files that the server has need not be: it keeps those of the version before, and new ones have names of their own. */
export async function editOf(data: FormData, edit: Edit): Promise<FormData> {
  for (const name of edit.files) data.delete(name)
  return await replacing(data, metaOf(parse(edit.xml), 'instanceID')?.textContent ?? undefined)
}

/**
 * What is sent replaces the submission with this id, or none. The form itself takes whatever it was opened with for the one to replace,
 * also unfinished answers, and gives no new id without `jr:preload="uid"`.
 */
export async function replacing(data: FormData, known: string | undefined): Promise<FormData> {
  const document = parse(await (data.get(xmlPart) as File).text())
  const id = metaOf(document, 'instanceID')
  if (!id || !setDeprecated(document, id, known)) return data
  data.set(xmlPart, new File([new XMLSerializer().serializeToString(document)], xmlPart, { type: 'text/xml' }))
  return data
}

/** Whether something was changed. */
function setDeprecated(document: Document, id: Element, known: string | undefined): boolean {
  const there = metaOf(document, 'deprecatedID')
  if (known === undefined) {
    there?.remove()
    return there !== undefined
  }
  if (there?.textContent === known && id.textContent !== known) return false
  const name = id.prefix ? `${id.prefix}:deprecatedID` : 'deprecatedID'
  const deprecated = there ?? id.parentElement!.appendChild(document.createElementNS(id.namespaceURI, name))
  deprecated.textContent = known
  if (id.textContent === known) id.textContent = `uuid:${crypto.randomUUID()}`
  return true
}

const parse = (xml: string) => new DOMParser().parseFromString(xml, 'text/xml')

function metaOf(document: Document, name: string): Element | undefined {
  const child = (parent: Element | undefined, wanted: string) => [...(parent?.children ?? [])].find((one) => one.localName === wanted)
  return child(child(document.documentElement, 'meta'), name)
}

/** The page of the submission in the console. */
export function submissionPage(form: Form, instanceId: string): string {
  return `/#/projects/${form.projectId}/forms/${encodeURIComponent(form.xmlFormId)}/submissions/${encodeURIComponent(instanceId)}`
}
