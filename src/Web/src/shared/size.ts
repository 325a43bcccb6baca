import { currentLanguage } from '../i18n'

/** A number of bytes for people. */
export function size(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return new Intl.NumberFormat(currentLanguage(), { style: 'unit', unit: units[power], maximumFractionDigits: power > 1 ? 1 : 0 }).format(
    bytes / 1000 ** power,
  )
}
