import { expect, test } from 'vitest'
import type { FormField, ODataRow } from '../api'
import { answerLines, columnsOf, isPicture, text, valueAt } from './answers'

const field = (path: string, type = 'string', binary = false): FormField => ({
  path,
  name: path.split('/').at(-1)!,
  type,
  binary,
  selectMultiple: null,
})
const fields = [
  field('/name'),
  field('/plot', 'structure'),
  field('/plot/photo', 'binary', true),
  field('/tree', 'repeat'),
  field('/tree/species'),
  field('/meta', 'structure'),
  field('/meta/instanceID'),
]
const row = {
  __id: 'uuid:1',
  __system: { submissionDate: '2026-11-01T00:00:00Z' },
  name: '<b>',
  plot: { photo: 'a.jpg', place: { type: 'Point', coordinates: [7.5, 47.5, 260] } },
  tree: [{ __id: 'x', species: 'oak' }, { __id: 'y', species: null }],
  'tree@odata.navigationLink': 'Submissions(1)/tree',
  meta: { instanceID: 'uuid:1' },
} as unknown as ODataRow

test('columns are the answers outside of repeats', () => {
  expect(columnsOf(fields).map((one) => one.path)).toEqual(['/name', '/plot/photo'])
})

test('a value is found by its path, and a missing one is undefined', () => {
  expect(valueAt(row, '/plot/photo')).toBe('a.jpg')
  expect(valueAt(row, '/plot/none/deeper')).toBeUndefined()
})

test('the latitude comes first for people', () => {
  expect(text(valueAt(row, '/plot/place'))).toBe('47.5 7.5 260')
})

test('all answers are listed, with repeats numbered and files marked', () => {
  expect(answerLines(row, fields).map((line) => [line.depth, line.label, line.value, line.file])).toEqual([
    [0, 'name', '<b>', undefined],
    [0, 'photo', 'a.jpg', 'a.jpg'],
    [0, 'place', '47.5 7.5 260', undefined],
    [0, 'tree 1', '', undefined],
    [1, 'species', 'oak', undefined],
    [0, 'tree 2', '', undefined],
  ])
})

test('only formats without scripts are shown as pictures', () => {
  expect(['a.JPG', 'a.png', 'a.svg', 'a.html', 'jpg'].map(isPicture)).toEqual([true, true, false, false, false])
})

test('labels and choices are those of the form, where it has them', () => {
  const texts = {
    label: (path: string) => ({ '/name': 'Name of the plot', '/tree': 'Tree' })[path],
    choice: (path: string, value: string) => (path === '/tree/species' ? value.toUpperCase() : undefined),
  }
  expect(answerLines(row, fields, texts).map((line) => `${line.label}: ${line.value}`)).toEqual([
    'Name of the plot: <b>',
    'photo: a.jpg',
    'place: 47.5 7.5 260',
    'Tree 1: ',
    'species: OAK',
    'Tree 2: ',
  ])
})
