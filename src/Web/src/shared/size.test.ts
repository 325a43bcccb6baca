import { expect, test } from 'vitest'
import { size } from './size'

const plain = (text: string) => text.replace(/\s/g, ' ')

test('sizes have the units of the language, in the plural where there is one', () => {
  expect([0, 1, 444, 12_345, 1_500_000].map((bytes) => plain(size(bytes, 'en')))).toEqual(['0 bytes', '1 byte', '444 bytes', '12 kB', '1.5 MB'])
  expect([0, 1, 444, 12_345, 1_500_000].map((bytes) => plain(size(bytes, 'fr')))).toEqual(['0 octet', '1 octet', '444 octets', '12 ko', '1,5 Mo'])
})
