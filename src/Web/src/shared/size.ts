import { currentLanguage } from '../i18n'

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte']

/** A number of bytes for people: `1 byte`, `444 bytes`, `12 kB`, `1.5 MB`; in French `444 octets`, `1,5 Mo`. */
export function size(bytes: number, language = currentLanguage()): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, Math.round(bytes))) / 3))
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[power],
    // The short form of this one has no plural: `444 byte`.
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / 1000 ** power)
}
