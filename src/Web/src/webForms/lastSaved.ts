import { readFromDevice, writeToDevice } from './device'

const address = 'jr://instance/last-saved'

export function usesLastSaved(definition: string): boolean {
  return definition.includes(address)
}

/** The definition with the answers that were sent last from this device, for forms that ask for them. */
export async function withLastSaved(definition: string, form: string): Promise<string> {
  const saved = usesLastSaved(definition) ? await readFromDevice<string>('lastSaved', form).catch(() => undefined) : undefined
  return saved ? insert(definition, saved) : definition
}

export async function saveLast(definition: string, form: string, data: FormData): Promise<void> {
  if (!usesLastSaved(definition)) return
  const xml = await (data.get('xml_submission_file') as File).text()
  // Without it the next form begins empty, which is what a new device does.
  await writeToDevice('lastSaved', xml, form).catch(() => undefined)
}

function insert(definition: string, saved: string): string {
  const form = new DOMParser().parseFromString(definition, 'text/xml')
  const answers = new DOMParser().parseFromString(saved, 'text/xml').documentElement
  for (const instance of form.querySelectorAll(`instance[src="${address}"]`)) {
    instance.removeAttribute('src')
    instance.replaceChildren(copy(answers, form, instance.namespaceURI))
  }
  return new XMLSerializer().serializeToString(form)
}

// Answers without a namespace take that of the form, where expressions look for them.
function copy(node: Element, into: Document, standard: string | null): Element {
  const made = into.createElementNS(node.namespaceURI ?? standard, node.nodeName)
  for (const { name, value } of node.attributes) if (!name.startsWith('xmlns')) made.setAttribute(name, value)
  for (const child of node.childNodes)
    if (child instanceof Element) made.append(copy(child, into, standard))
    else if (child.nodeType === Node.TEXT_NODE) made.append(child.nodeValue ?? '')
  return made
}
