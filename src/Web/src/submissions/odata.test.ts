import { expect, test } from 'vitest'
import { filterText, firstPage, geoJsonQuery, noFilter as none, pathOf } from './odata'

test('without filters the first page has a count and no condition', () => {
  expect(firstPage('/v1/projects/1/forms/a.svc', none, 50)).toBe('/v1/projects/1/forms/a.svc/Submissions?%24top=50&%24count=true')
})

test('with a filter nothing is counted, and the server reads no more than it may', () => {
  expect(decodeURIComponent(firstPage('/x.svc', { ...none, submitterId: 7 }, 50))).toBe(
    '/x.svc/Submissions?$top=50&$filter=__system/submitterId eq 7&readAtMost=5000',
  )
})

test('filters are joined by and, states by or', () => {
  expect(filterText({ ...none, reviewStates: ['received', 'approved'], submitterId: 7 })).toBe(
    "(__system/reviewState eq null or __system/reviewState eq 'approved') and __system/submitterId eq 7",
  )
})

test('the last day is included', () => {
  const [, from, to] = /ge (\S+) and __system\/submissionDate lt (\S+)/.exec(filterText({ ...none, from: '2026-11-01', to: '2026-11-01' }))!
  expect(Date.parse(to!) - Date.parse(from!)).toBe(24 * 60 * 60 * 1000)
})

test('of the link to the next page only path and query count', () => {
  expect(pathOf('https://other.example/v1/x.svc/Submissions?%24top=2&%24skiptoken=01a')).toBe('/v1/x.svc/Submissions?%24top=2&%24skiptoken=01a')
})

test('GeoJSON has the same filters under names of its own', () => {
  expect(geoJsonQuery(none)).toBe('')
  const query = new URLSearchParams(geoJsonQuery({ reviewStates: ['received'], from: '2026-11-01', to: '2026-11-01', submitterId: 7 }))
  expect([query.get('reviewState'), query.get('submitterId')]).toEqual(['null', '7'])
  expect(Date.parse(query.get('end__lt')!) - Date.parse(query.get('start__gte')!)).toBe(24 * 60 * 60 * 1000)
})
