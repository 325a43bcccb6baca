import { readAtMost } from '../submissions/odata'

export interface EntitySearch {
  text: string
  conflicts: boolean
}

/** The address of the first page; the answer names the next one. Nothing is counted, since the server would read all entities for it. */
export function firstEntities(service: string, { text, conflicts }: EntitySearch, top: number): string {
  const options: [string, string][] = [['$top', String(top)]]
  if (text) options.push(['$search', text])
  if (conflicts) options.push(['$filter', '__system/conflict ne null'])
  if (text || conflicts) options.push(['readAtMost', String(readAtMost)])
  return `${service}/Entities?${options.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`
}
