import type { EntityVersion } from '../api'

export interface ChangedVersion extends EntityVersion {
  changes: { name: string; old: string; new: string }[]
}

/** Newest first, each with what it changed of the one before. The API has the oldest first. */
export function changesOf(versions: EntityVersion[]): ChangedVersion[] {
  return versions.map((version, index) => ({ ...version, changes: index === 0 ? [] : differences(versions[index - 1]!, version) })).reverse()
}

function differences(before: EntityVersion, after: EntityVersion) {
  const [old, now] = [before, after].map(({ label, data }): Record<string, string> => ({ label, ...data }))
  return [...new Set([...Object.keys(old!), ...Object.keys(now!)])]
    .filter((name) => (old![name] ?? '') !== (now![name] ?? ''))
    .map((name) => ({ name, old: old![name] ?? '', new: now![name] ?? '' }))
}
