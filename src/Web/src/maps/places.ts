import type { FormField } from '../api'

/** How many places a map shows, the newest: more would be slow to load and hide each other. */
export const limit = 2000

/** How many of the newest submissions or entities the server searches for them. */
export const searched = 20_000

export function geoFields(fields: FormField[]): FormField[] {
  return fields.filter((field) => ['geopoint', 'geotrace', 'geoshape'].includes(field.type))
}
