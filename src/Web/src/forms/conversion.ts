import type { ApiError } from '../api'

/** The converter's complaints about a workbook (400.15), one for each line of its text. */
export function conversionErrors(error: ApiError): string[] {
  if (error.code !== 400.15 || typeof error.details !== 'object' || error.details === null) return []
  const { error: text } = error.details as { error?: unknown }
  const lines = Array.isArray(text) ? text.map(String) : String(text ?? '').split('\n')
  return lines.map((line) => line.trim()).filter(Boolean)
}
