import { expect, test } from 'vitest'
import { firstEntities } from './search'

test('a page is never counted, and a search reads no more than it may', () => {
  expect(decodeURIComponent(firstEntities('/x.svc', { text: '', conflicts: false }, 50))).toBe('/x.svc/Entities?$top=50')
  expect(decodeURIComponent(firstEntities('/x.svc', { text: 'a&b', conflicts: true }, 50))).toBe(
    '/x.svc/Entities?$top=50&$search=a&b&$filter=__system/conflict ne null&readAtMost=5000',
  )
})
