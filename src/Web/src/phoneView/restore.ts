/** A restore, as its XML says it. */
export interface Restore {
  token: string
  username: string
  userData: [name: string, value: string][]
  fixtures: Fixture[]
  cases: RestoredCase[]
  bytes: number
}

export interface Fixture {
  id: string
  bytes: number
  rows: Element[]
}

export interface RestoredCase {
  id: string
  /** Blank when the phone has the case already. */
  type: string
  name: string
  owner: string
  isNew: boolean
  closes: boolean
  properties: [name: string, value: string][]
  indices: { identifier: string; target: string; isExtension: boolean }[]
  bytes: number
}

const bytesOf = (text: string) => new TextEncoder().encode(text).length
const children = (parent: Element | undefined, name?: string) =>
  [...(parent?.children ?? [])].filter((child) => name === undefined || child.localName === name)
const child = (parent: Element | undefined, name: string) => children(parent, name)[0]
const pairs = (elements: Element[], nameOf: (one: Element) => string) =>
  elements.map((one): [string, string] => [nameOf(one), one.textContent ?? ''])

/** Reads what the server sent. Sizes of parts are those of their XML alone, so that together they may be more than the whole. */
export function readRestore(text: string): Restore {
  const document = new DOMParser().parseFromString(text, 'text/xml')
  const root = document.documentElement
  if (root.localName !== 'OpenRosaResponse' || document.getElementsByTagName('parsererror').length > 0) throw new Error(root.textContent ?? '')
  const serializer = new XMLSerializer()
  const size = (element: Element) => bytesOf(serializer.serializeToString(element))
  const registration = child(root, 'Registration')
  return {
    token: child(child(root, 'Sync'), 'restore_id')?.textContent ?? '',
    username: child(registration, 'username')?.textContent ?? '',
    userData: pairs(children(child(registration, 'user_data')), (one) => one.getAttribute('key') ?? ''),
    fixtures: children(root, 'fixture').map((fixture) => ({
      id: fixture.getAttribute('id') ?? '',
      bytes: size(fixture),
      rows: children(children(fixture)[0]),
    })),
    cases: children(root, 'case').map((one) => readCase(one, size(one))),
    bytes: bytesOf(text),
  }
}

function readCase(element: Element, bytes: number): RestoredCase {
  const [create, update] = [child(element, 'create'), child(element, 'update')]
  const value = (name: string) => (child(update, name) ?? child(create, name))?.textContent ?? ''
  const fixed = ['case_type', 'case_name', 'owner_id']
  return {
    id: element.getAttribute('case_id') ?? '',
    type: value('case_type'),
    name: value('case_name'),
    owner: value('owner_id'),
    isNew: create !== undefined,
    closes: child(element, 'close') !== undefined,
    properties: pairs(children(update).filter((one) => !fixed.includes(one.localName)), (one) => one.localName),
    indices: children(child(element, 'index')).map((index) => ({
      identifier: index.localName,
      target: index.textContent ?? '',
      isExtension: index.getAttribute('relationship') === 'extension',
    })),
    bytes,
  }
}

/** A case with those below it. A case that refers to several stands below the first. */
export interface Branch {
  value: RestoredCase
  below: Branch[]
}

export function treeOf(cases: RestoredCase[]): Branch[] {
  const branches = new Map(cases.map((value) => [value.id, { value, below: [] } as Branch]))
  const parentOf = (one: RestoredCase) => one.indices.map((index) => branches.get(index.target)).find((parent) => parent !== undefined)
  const isBelow = (one: Branch, other: Branch): boolean => {
    const seen = new Set<Branch>()
    for (let at: Branch | undefined = one; at && !seen.has(at); at = parentOf(at.value)) {
      if (at === other) return true
      seen.add(at)
    }
    return false
  }
  const roots: Branch[] = []
  for (const branch of branches.values()) {
    const parent = parentOf(branch.value)
    if (parent === undefined || isBelow(parent, branch)) roots.push(branch)
    else parent.below.push(branch)
  }
  return roots
}

/** The rows of a fixture as a table: attributes and child elements are columns. An element with children of its own is shown as its text. */
export function tableOf(rows: Element[]): { columns: string[]; cells: Record<string, string>[] } {
  const columns = new Set<string>()
  const cells = rows.map((row) => {
    const found: Record<string, string> = {}
    const put = (name: string, value: string) => {
      columns.add(name)
      found[name] = found[name] === undefined ? value : `${found[name]}, ${value}`
    }
    for (const { name, value } of row.attributes) if (!name.startsWith('xmlns')) put(`@${name}`, value)
    for (const one of row.children) {
      put([one.localName, ...[...one.attributes].filter(({ name }) => !name.startsWith('xmlns')).map(({ name, value }) => `${name}=${value}`)].join(' '), (one.textContent ?? '').trim())
    }
    if (row.children.length === 0 && row.textContent) put(row.localName, row.textContent)
    return found
  })
  return { columns: [...columns], cells }
}
