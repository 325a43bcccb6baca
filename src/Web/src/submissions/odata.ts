import type { ReviewState } from '../api'

export interface Filter {
  reviewStates: ReviewState[]
  /** Days, as the user's calendar has them: `2026-11-01`. */
  from: string
  to: string
  submitterId: number | undefined
}

/** How many rows the server reads for a page of a search. */
export const readAtMost = 5000

export const noFilter: Filter = { reviewStates: [], from: '', to: '', submitterId: undefined }

/** The address of the first page; the answer names the next one. */
export function firstPage(service: string, filter: Filter, top: number): string {
  const condition = filterText(filter)
  // The server has counts of all submissions, but would have to read all of them to count those that a filter leaves, or to fill a page
  // with rare ones: such a page is as long as what is found in so many.
  const options: [string, string][] = [['$top', String(top)]]
  options.push(...((condition ? [['$filter', condition], ['readAtMost', String(readAtMost)]] : [['$count', 'true']]) as typeof options))
  return `${service}/Submissions?${options.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`
}

export function filterText({ reviewStates, from, to, submitterId }: Filter): string {
  const conditions: string[] = []
  if (reviewStates.length > 0) {
    const states = reviewStates.map((state) => `__system/reviewState eq ${state === 'received' ? 'null' : `'${state}'`}`)
    conditions.push(states.length > 1 ? `(${states.join(' or ')})` : states[0]!)
  }
  if (from) conditions.push(`__system/submissionDate ge ${startOf(from)}`)
  if (to) conditions.push(`__system/submissionDate lt ${startOf(to, 1)}`)
  if (submitterId !== undefined) conditions.push(`__system/submitterId eq ${submitterId}`)
  return conditions.join(' and ')
}

/** The same for GeoJSON, which has parameters of its own. */
export function geoJsonQuery({ reviewStates, from, to, submitterId }: Filter): string {
  const query: [string, string][] = reviewStates.map((state) => ['reviewState', state === 'received' ? 'null' : state])
  if (from) query.push(['start__gte', startOf(from)])
  if (to) query.push(['end__lt', startOf(to, 1)])
  if (submitterId !== undefined) query.push(['submitterId', String(submitterId)])
  return query.length > 0 ? `?${new URLSearchParams(query)}` : ''
}

// The day begins at midnight where the user is.
function startOf(day: string, plusDays = 0): string {
  const [year, month, date] = day.split('-').map(Number)
  return new Date(year!, month! - 1, date! + plusDays).toISOString()
}

/** Only the path and query of a `nextLink`: its origin may be a name of the server that this browser does not use. */
export function pathOf(link: string): string {
  const url = new URL(link, 'http://server')
  return url.pathname + url.search
}
