import type { EntityDraft } from '../api'

/** The label, which no property is called, and every property of the list. */
export type Values = Record<string, string>

export function valuesOf({ label, data }: EntityDraft, properties: string[]): Values {
  return { label, ...Object.fromEntries(properties.map((name) => [name, data[name] ?? ''])) }
}

/** What is sent of an edit: only what it changed, so that it overwrites nothing else. */
export function changeOf(base: Values, edited: Values): Partial<EntityDraft> {
  const { label, ...data } = Object.fromEntries(Object.entries(edited).filter(([name, value]) => value !== (base[name] ?? '')))
  return { ...(label === undefined ? {} : { label }), ...(Object.keys(data).length > 0 ? { data } : {}) }
}

/** A value that somebody else changed while it was being edited here. */
export interface Meanwhile {
  name: string
  before: string
  now: string
  /** Undefined unless it was changed here too, to something else. */
  yours: string | undefined
}

/** An edit on top of a newer version: what was not edited here takes its value. */
export function rebase(base: Values, edited: Values, now: Values): { edited: Values; meanwhile: Meanwhile[] } {
  const isEdited = (name: string) => edited[name] !== base[name]
  const names = Object.keys(now)
  return {
    edited: Object.fromEntries(names.map((name) => [name, (isEdited(name) ? edited[name] : now[name]) ?? ''])),
    meanwhile: names
      .filter((name) => now[name] !== base[name])
      .map((name) => ({
        name,
        before: base[name] ?? '',
        now: now[name] ?? '',
        yours: isEdited(name) && edited[name] !== now[name] ? edited[name] : undefined,
      })),
  }
}
