import { expect, test } from 'vitest'
import type { Audit, ListedVersion } from '../api'
import { conflictRows, entityHistory } from './versions'

const version = (number: number, label: string, data: Record<string, string>, more: Partial<ListedVersion> = {}) =>
  ({ version: number, label, data, dataReceived: data, conflict: null, conflictingProperties: null, ...more }) as ListedVersion
const audit = (action: string, details: unknown) => ({ action, details, loggedAt: '2026-11-27T00:00:00Z', actor: { displayName: 'Ann' } }) as Audit

test('a line of the history has what its version changed, and where it came from', () => {
  const versions = [version(1, 'oak', { height: '2', place: 'x' }), version(2, 'oak', { height: '3', place: 'x', colour: '' })]
  const submission = { instanceId: 'uuid:1', xmlFormId: 'trees' }
  const history = entityHistory(
    [
      audit('entity.update.resolve', {}),
      audit('entity.update.version', { version: 2, source: { submission } }),
      audit('entity.create', { version: 1, source: { name: 'trees.csv' } }),
    ],
    versions,
  )
  expect(history.map((one) => one.what)).toEqual(['Conflict resolved', 'Changed: version 2', 'Created'])
  expect(history.map((one) => one.changes)).toEqual([[], [{ name: 'height', old: '2', new: '3' }], []])
  expect(history.map((one) => [one.submission, one.file])).toEqual([[undefined, undefined], [submission, undefined], [undefined, 'trees.csv']])
})

test('versions of a conflict are side by side where they differ', () => {
  const rows = conflictRows([
    version(1, 'oak', { height: '2', place: 'x' }),
    version(2, 'oak', { height: '3', place: 'x' }, { conflict: 'hard', conflictingProperties: ['height'], dataReceived: { height: '3' } }),
  ])
  expect(rows).toEqual([
    {
      name: 'height',
      cells: [
        { value: '2', sent: false, conflicting: false },
        { value: '3', sent: true, conflicting: true },
      ],
    },
  ])
})
