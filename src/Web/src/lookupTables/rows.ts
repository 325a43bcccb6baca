import type { LookupRow, LookupValue } from '../api/commCare'

const valuesOf = (row: LookupRow | undefined, field: string): LookupValue[] => row?.fields[field]?.field_list ?? []

/** How a cell shows the values of a field. */
export const textOf = (row: LookupRow, field: string) => valuesOf(row, field).map((value) => value.field_value).join(', ')

/** Whether a text field can hold what the row has: one value, without a language or the like. */
export function isPlain(row: LookupRow, field: string): boolean {
  const values = valuesOf(row, field)
  return values.length === 0 || (values.length === 1 && Object.keys(values[0]!.properties).length === 0)
}

/** The fields of a row with other texts. What no text can hold stays. */
export function changedRow(row: LookupRow | undefined, texts: Record<string, string>): Pick<LookupRow, 'fields'> {
  const fields = { ...row?.fields }
  for (const [field, text] of Object.entries(texts))
    if (!row || (isPlain(row, field) && textOf(row, field) !== text)) fields[field] = { field_list: [{ field_value: text, properties: {} }] }
  return { fields }
}
