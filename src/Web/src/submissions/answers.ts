import type { FormField, ODataRow } from '../api'
import { noTexts, type FormTexts } from '../forms/formTexts'

/** The value of a field in a row, or undefined. Paths are names separated by slashes, as the fields have them. */
export function valueAt(row: Record<string, unknown>, path: string): unknown {
  let value: unknown = row
  for (const name of path.split('/').filter(Boolean)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

/** A value as text. Objects are geographical shapes. */
export function text(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  const { coordinates } = value as { coordinates?: unknown }
  return Array.isArray(coordinates) ? positions(coordinates).map((position) => position.join(' ')).join('; ') : JSON.stringify(value)
}

/** The answer to a question, with the texts of the choices. */
export function answerText(value: unknown, path: string, texts: FormTexts): string {
  return (typeof value === 'string' && value !== '' ? texts.choice(path, value) : undefined) ?? text(value)
}

// GeoJSON has the longitude first; people write the latitude first.
function positions(coordinates: unknown[]): number[][] {
  if (typeof coordinates[0] === 'number') {
    const [longitude, latitude, ...more] = coordinates as number[]
    return [[latitude!, longitude!, ...more]]
  }
  return coordinates.flatMap((inner) => (Array.isArray(inner) ? positions(inner) : []))
}

/** Fields with an answer in the row of a submission: no groups, nothing inside of repeats. */
export function columnsOf(fields: FormField[]): FormField[] {
  const repeats = fields.filter((field) => field.type === 'repeat').map((field) => field.path + '/')
  return fields.filter(
    (field) =>
      field.type !== 'structure' &&
      field.type !== 'repeat' &&
      !field.path.startsWith('/meta/') &&
      !repeats.some((repeat) => field.path.startsWith(repeat)),
  )
}

export interface AnswerLine {
  label: string
  depth: number
  value: string
  file: string | undefined
}

/** All answers of a submission in order, with those of repeats. */
export function answerLines(row: ODataRow, fields: FormField[], texts: FormTexts = noTexts): AnswerLine[] {
  const lines: AnswerLine[] = []
  walk(row, '', 0)
  return lines

  function walk(node: Record<string, unknown>, path: string, depth: number): void {
    for (const [name, value] of Object.entries(node)) {
      if (name.startsWith('__') || name.includes('@')) continue
      const here = `${path}/${name}`
      const field = fields.find((one) => one.path === here)
      const label = texts.label(here) ?? name
      if (Array.isArray(value)) {
        value.forEach((entry, index) => {
          lines.push({ label: `${label} ${index + 1}`, depth, value: '', file: undefined })
          walk(entry as Record<string, unknown>, here, depth + 1)
        })
      } else if (typeof value === 'object' && value !== null && !('coordinates' in value)) {
        if (here !== '/meta') walk(value as Record<string, unknown>, here, depth)
      } else if (value !== null) {
        lines.push({ label, depth, value: answerText(value, here, texts), file: field?.binary ? String(value) : undefined })
      }
    }
  }
}

const pictures = /\.(png|jpe?g|gif|webp)$/i

export function isPicture(name: string): boolean {
  return pictures.test(name)
}
