import type { Audit, EntityVersion, ListedVersion } from '../api'
import { t, type MessageKey } from '../i18n'

export interface Difference {
  name: string
  old: string
  new: string
}

/** What a version changed of the one before. */
export function differences(before: EntityVersion, after: EntityVersion): Difference[] {
  const [old, now] = [before, after].map(({ label, data }): Record<string, string> => ({ label, ...data }))
  return [...new Set([...Object.keys(old!), ...Object.keys(now!)])]
    .filter((name) => (old![name] ?? '') !== (now![name] ?? ''))
    .map((name) => ({ name, old: old![name] ?? '', new: now![name] ?? '' }))
}

/** A line of an entity's history: what was done and, of a new version, what it changed. */
export interface EntityEvent {
  at: string
  who: string | undefined
  what: string
  changes: Difference[]
  submission: { instanceId: string; xmlFormId: string } | undefined
  file: string | undefined
  notes: string
}

const texts: Record<string, MessageKey> = {
  'entity.create': 'history.entityCreated',
  'entity.update.version': 'history.entityChanged',
  'entity.update.resolve': 'history.resolved',
  'entity.delete': 'history.entityDeleted',
  'entity.restore': 'history.entityRestored',
  'entity.bulk.delete': 'history.entityDeleted',
  'entity.bulk.restore': 'history.entityRestored',
}

interface Details {
  version?: number
  source?: { submission?: { instanceId: string; xmlFormId: string }; name?: string }
}

/** In the order of the audits, newest first. */
export function entityHistory(audits: Audit[], versions: EntityVersion[]): EntityEvent[] {
  return audits.map(({ action, actor, loggedAt, notes, details }) => {
    const { version, source } = (details ?? {}) as Details
    const at = versions.findIndex((one) => one.version === version)
    const key = texts[action]
    return {
      at: loggedAt,
      who: actor?.displayName,
      what: key ? t(key, { version: version ?? '' }) : action,
      changes: at > 0 ? differences(versions[at - 1]!, versions[at]!) : [],
      submission: source?.submission,
      file: source?.name,
      notes: notes ?? '',
    }
  })
}

export interface ConflictRow {
  name: string
  cells: { value: string; sent: boolean; conflicting: boolean }[]
}

/** The versions of a conflict side by side: a row for each value in which they differ. */
export function conflictRows(versions: ListedVersion[]): ConflictRow[] {
  const values = versions.map(({ label, data }): Record<string, string> => ({ label, ...data }))
  const names = [...new Set(values.flatMap(Object.keys))]
  return names
    .filter((name) => new Set(values.map((one) => one[name] ?? '')).size > 1)
    .map((name) => ({
      name,
      cells: versions.map((version, index) => ({
        value: values[index]![name] ?? '',
        sent: version.conflict !== null && Object.hasOwn(version.dataReceived ?? {}, name),
        conflicting: version.conflictingProperties?.includes(name) ?? false,
      })),
    }))
}
