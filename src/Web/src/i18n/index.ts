import { shallowRef } from 'vue'
import { en } from './en'

/** A language has every text, so a missing one is a compile error. */
export type Messages = Record<keyof typeof en, string>
export type MessageKey = keyof typeof en

// Another language is one more file, and one more line here.
const languages: Record<string, () => Promise<Messages>> = {
  en: async () => en,
  fr: async () => (await import('./fr')).fr,
}
export const languageNames: Record<string, string> = { en: 'English', fr: 'Français' }

const storageKey = 'rosa.language'
const language = shallowRef('en')
const messages = shallowRef<Messages>(en)

export function currentLanguage(): string {
  return language.value
}

/** The language chosen before, else the browser's, else English. */
export async function startLanguage(): Promise<void> {
  const wanted = [localStorage.getItem(storageKey), ...navigator.languages].map((name) => name?.split('-')[0] ?? '')
  await use(wanted.find((name) => name in languages) ?? 'en')
}

export async function chooseLanguage(name: string): Promise<void> {
  localStorage.setItem(storageKey, name)
  await use(name)
}

async function use(name: string): Promise<void> {
  messages.value = await languages[name]!()
  language.value = name
  document.documentElement.lang = name
}

/** A text with its `{placeholders}` filled in. With `count`, `key.one` or `key.other` is chosen by the language's rule. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return fill(messages.value[key], values)
}

type Counted = { [K in MessageKey]: K extends `${infer Stem}.other` ? Stem : never }[MessageKey]

export function tn(stem: Counted, count: number): string {
  const rule = new Intl.PluralRules(language.value).select(count)
  const text = (messages.value as Record<string, string>)[`${stem}.${rule}`] ?? messages.value[`${stem}.other` as MessageKey]
  return fill(text, { count: count.toLocaleString(language.value) })
}

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole))
}

export function date(value: string | null | undefined): string {
  return value ? new Date(value).toLocaleString(language.value, { dateStyle: 'medium', timeStyle: 'short' }) : ''
}

export function number(value: number): string {
  return value.toLocaleString(language.value)
}
