import { expect, test } from 'vitest'
import { entitiesOf, parseCsv } from './csv'

test('quotes, line breaks in cells, a byte order mark and empty lines', () => {
  expect(parseCsv('\uFEFFlabel,note\r\n"Oak, old","said ""hi""\nthere"\r\n\r\nAsh,\r\n')).toEqual([
    ['label', 'note'],
    ['Oak, old', 'said "hi"\nthere'],
    ['Ash', ''],
  ])
})

test('semicolons and tabs, as spreadsheets write them', () => {
  expect(parseCsv('label;age\nOak;7')).toEqual([['label', 'age'], ['Oak', '7']])
  expect(parseCsv('label\tage\nOak\t7')[1]).toEqual(['Oak', '7'])
})

test('columns that are no properties are named and left out', () => {
  expect(entitiesOf(parseCsv('label,age,size\nOak,7,big'), ['age'])).toEqual({
    entities: [{ label: 'Oak', data: { age: '7' } }],
    unknown: ['size'],
    missing: [],
  })
  expect(entitiesOf(parseCsv('age\n7'), ['age']).missing).toEqual(['label'])
})
