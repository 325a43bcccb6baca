import type { EditInstance, FormRoot } from '@getodk/web-forms'
import { onMounted, onUnmounted, ref, shallowRef, type ComponentPublicInstance } from 'vue'
import { readFromDevice, removeFromDevice, writeToDevice } from './device'

/** Answers that were not sent, as they are on this device. */
export interface Unfinished {
  keptAt: string
  xml: string
  files: [name: string, content: Blob][]
}

const xmlPart = 'xml_submission_file'
const rest = 1000

/**
 * Keeps the answers of a form that is being filled in on this device, a second after each change.
 * @param key What is filled in, and by whom; undefined while it is not known.
 * @param isOpen Whether there is something to keep: not once it was sent.
 */
export function useUnfinished(key: () => string | undefined, isOpen: () => boolean) {
  const found = shallowRef<Unfinished>()
  const keptAt = ref<string>()
  const form = shallowRef<ComponentPublicInstance>()
  let untouched: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn = 0
  // One after the other: on a slow device an earlier one could end last.
  let keeping = Promise.resolve()

  async function read(): Promise<FormData | undefined> {
    return (await rootOf(form.value?.$.subTree)?.prepareInstancePayload({ payloadType: 'monolithic' }))?.data[0]
  }
  /** What the form has before it is touched is not worth keeping. */
  async function touch() {
    if (untouched !== undefined || !isOpen()) return
    untouched = ''
    const data = await read()
    untouched = data ? await xmlOf(data) : undefined
  }
  function changed() {
    clearTimeout(timer)
    timer = setTimeout(() => (keeping = keeping.then(keep).catch(() => undefined)), rest)
  }
  async function keep() {
    const [at, mine] = [key(), turn]
    if (at === undefined || !isOpen()) return
    const data = await read()
    const xml = data && (await xmlOf(data))
    if (!data || !xml || !untouched || xml === untouched || turn !== mine) return
    const files = [...data.entries()].filter((entry): entry is [string, File] => entry[0] !== xmlPart && entry[1] instanceof File)
    const now = new Date().toISOString()
    await writeToDevice('unfinished', { keptAt: now, xml, files } satisfies Unfinished, at)
    if (turn !== mine) return await removeFromDevice('unfinished', at) // it was sent meanwhile
    keptAt.value = now
  }
  /** After they were sent or thrown away. */
  async function forget() {
    turn++
    clearTimeout(timer)
    untouched = undefined
    found.value = keptAt.value = undefined
    const at = key()
    if (at !== undefined) await removeFromDevice('unfinished', at).catch(() => undefined)
  }
  async function look() {
    const at = key()
    found.value = at === undefined ? undefined : await readFromDevice<Unfinished>('unfinished', at).catch(() => undefined)
  }

  // Lists that open over the page are not inside of the form.
  const touches = ['pointerdown', 'focusin']
  const changes = ['input', 'change', 'click', 'keyup']
  onMounted(() => {
    for (const name of touches) document.addEventListener(name, touch, true)
    for (const name of changes) document.addEventListener(name, changed, true)
  })
  onUnmounted(() => {
    clearTimeout(timer)
    for (const name of touches) document.removeEventListener(name, touch, true)
    for (const name of changes) document.removeEventListener(name, changed, true)
  })
  return { form, found, keptAt, look, forget }
}

/** Opens the form with unfinished answers: of a new submission, or of an edit. */
export function resumed({ xml, files }: Unfinished, edit: EditInstance | undefined): EditInstance {
  const kept = new Map(files)
  return {
    resolveInstance: async () => xml,
    attachmentFileNames: [...new Set([...kept.keys(), ...(edit?.attachmentFileNames ?? [])])],
    resolveAttachment: async (name) => {
      const file = kept.get(name)
      return file ? new Response(file) : (edit?.resolveAttachment(name) ?? new Response(new Blob([])))
    },
  }
}

const xmlOf = (data: FormData) => (data.get(xmlPart) as File).text()

// The component has no event for answers that change, and does not expose its state. What it renders has it.
function rootOf(node: unknown): FormRoot | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  if (Array.isArray(node)) return node.map(rootOf).find((root) => root !== undefined)
  const { props, children } = node as { props?: { form?: FormRoot } | null; children?: unknown }
  if (typeof props?.form?.prepareInstancePayload === 'function') return props.form
  return Array.isArray(children) ? rootOf(children) : undefined
}
