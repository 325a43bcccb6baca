import { expect, test } from 'vitest'
import type { LookupRow } from '../api/commCare'
import { changedRow, isPlain, textOf } from './rows'

const value = (field_value: string, properties = {}) => ({ field_value, properties })
const row = {
  fields: {
    code: { field_list: [value('A1')] },
    name: { field_list: [value('Zinc', { lang: 'en' }), value('Zink', { lang: 'de' })] },
    gone: { field_list: [value('kept')] },
  },
} as unknown as LookupRow

test('a change by hand leaves alone what a text cannot hold and what it does not name', () => {
  expect([textOf(row, 'name'), isPlain(row, 'name'), isPlain(row, 'code'), isPlain(row, 'new')]).toEqual(['Zinc, Zink', false, true, true])
  const { fields } = changedRow(row, { code: 'B2', name: 'ignored', new: '' })
  expect(fields.code).toEqual({ field_list: [value('B2')] })
  expect([fields.name, fields.gone, fields.new]).toEqual([row.fields.name, row.fields.gone, undefined])
})

test('a new row has every field', () => {
  expect(changedRow(undefined, { code: 'A1', name: '' }).fields).toEqual({ code: { field_list: [value('A1')] }, name: { field_list: [value('')] } })
})
