/** What a form calls its questions, groups and choices in one language, by the paths that OData has: `/plot/species`. */
export interface FormTexts {
  label(path: string): string | undefined
  /** Of a value of a select; several are separated by spaces. */
  choice(path: string, value: string): string | undefined
}

export const noTexts: FormTexts = { label: () => undefined, choice: () => undefined }

/** Texts only: nothing of the definition is inserted as markup. */
export function readFormTexts(xml: string, language: string): FormTexts {
  const form = new DOMParser().parseFromString(xml, 'text/xml')
  if (form.querySelector('parsererror')) return noTexts
  const itext = readItext(form, language)
  const labels = new Map<string, string>()
  const choices = new Map<string, Map<string, string>>()
  for (const element of all(form, 'body').flatMap((body) => [...body.querySelectorAll('[ref], [nodeset]')])) {
    const path = pathOf(element.getAttribute('ref') ?? element.getAttribute('nodeset') ?? '')
    const label = child(element, 'label')
    const text = label && textOf(label, itext)
    if (path && text && !labels.has(path)) labels.set(path, text)
    const values = choicesOf(form, element, itext)
    if (path && values.size > 0) choices.set(path, values)
  }
  return {
    label: (path) => labels.get(clean(path.split('/'))),
    choice: (path, value) => {
      const found = choices.get(clean(path.split('/')))
      return found && value.split(' ').map((one) => found.get(one) ?? one).join(', ')
    },
  }
}

/**
 * The translation in the console's language: `French (fr)`, `fr`, or a name such as `Français`; else the form's default, else its first.
 */
export function chooseTranslation(names: string[], standard: number, language: string): number {
  const spoken = ['en', language].map((inside) => new Intl.DisplayNames([inside], { type: 'language' }).of(language)?.toLowerCase() ?? '')
  const found = names.findIndex((name) => {
    const lower = name.trim().toLowerCase()
    const code = /\(([a-z]{2,3})(?:[-_][^)]*)?\)$/.exec(lower)?.[1]
    return code ? code === language : lower.split(/[-_]/)[0] === language || spoken.includes(lower)
  })
  return found >= 0 ? found : Math.max(0, standard)
}

/** As the OData service names a field: letters, digits and `_`, and no digit first. */
export function odataName(name: string): string {
  const spelt = name.replace(/[^A-Za-z0-9_]+/g, '_')
  return /^[A-Za-z_]/.test(name) ? spelt : `_${spelt}`
}

type Itext = Map<string, string>

function readItext(form: Document, language: string): Itext {
  const translations = all(form, 'translation')
  const standard = translations.findIndex((one) => one.hasAttribute('default'))
  const chosen = chooseTranslation(translations.map((one) => one.getAttribute('lang') ?? ''), standard, language)
  const texts: Itext = new Map()
  // What the chosen one lacks is in the form's own language.
  for (const translation of [translations[chosen], translations[Math.max(0, standard)]])
    for (const text of translation ? all(translation, 'text') : []) {
      const value = [...text.children].find((one) => one.localName === 'value' && !one.hasAttribute('form'))
      const id = text.getAttribute('id')
      if (id && value && !texts.has(id)) texts.set(id, plain(value))
    }
  return texts
}

// Choices are in the select, or in an instance of the form that it names.
function choicesOf(form: Document, select: Element, itext: Itext): Map<string, string> {
  const found = new Map<string, string>()
  for (const item of children(select, 'item')) {
    const [value, label] = [child(item, 'value'), child(item, 'label')]
    if (value && label) add(plain(value), textOf(label, itext))
  }
  const itemset = child(select, 'itemset')
  const id = /^\s*(?:randomize\()?\s*instance\(\s*['"]([^'"]+)['"]\s*\)/.exec(itemset?.getAttribute('nodeset') ?? '')?.[1]
  const instance = id && all(form, 'instance').find((one) => one.getAttribute('id') === id)
  if (!itemset || !instance) return found
  const valueName = child(itemset, 'value')?.getAttribute('ref') ?? ''
  const [, translated, labelName] = /^(jr:itext\()?([^)]+)/.exec(child(itemset, 'label')?.getAttribute('ref') ?? '') ?? []
  for (const item of [...(instance.firstElementChild?.children ?? [])]) {
    const [value, label] = [child(item, valueName), child(item, labelName ?? '')]
    if (value && label) add(plain(value), translated ? itext.get(plain(label)) : plain(label))
  }
  return found

  function add(value: string, text: string | undefined) {
    if (text && !found.has(value)) found.set(value, text)
  }
}

function textOf(label: Element, itext: Itext): string | undefined {
  const id = /^jr:itext\(\s*['"](.+)['"]\s*\)$/.exec(label.getAttribute('ref') ?? '')?.[1]
  return (id === undefined ? plain(label) : itext.get(id)) || undefined
}

// An answer that is part of a text is not known here.
function plain(element: Element): string {
  const parts = [...element.childNodes].map((node) => ('localName' in node ? '…' : (node.nodeValue ?? '')))
  return parts.join('').replace(/\s+/g, ' ').trim()
}

// `/data/plot/leaf` is `/plot/leaf` in OData.
const pathOf = (reference: string) => (reference.startsWith('/') ? clean(reference.split('/').slice(2)) : '')
const clean = (names: string[]) => names.filter(Boolean).map((name) => '/' + odataName(name)).join('')

const all = (root: Document | Element, name: string) => [...root.getElementsByTagNameNS('*', name)]
const children = (element: Element, name: string) => [...element.children].filter((one) => one.localName === name)
const child = (element: Element, name: string): Element | undefined => children(element, name)[0]
