import { expect, test } from 'vitest'
import type { Audit, Comment } from '../api'
import { changes, historyOf, pathText } from './history'

test('comments and changes are one list, newest first', () => {
  const audit = (action: string, loggedAt: string, details: unknown) => ({ action, loggedAt, details, actor: null }) as Audit
  const comment = { body: 'seen', createdAt: '2026-11-02', actor: { displayName: 'Ana' } } as Comment
  const events = historyOf(
    [comment],
    [audit('submission.update', '2026-11-03', { reviewState: 'approved' }), audit('submission.update.version', '2026-11-01', { instanceId: 'b' })],
    { b: [{ path: ['species'], old: 'oak', new: 'ash' }] },
  )
  expect(events.map((event) => event.what)).toEqual(['Review: Approved', 'seen', 'Edited'])
  expect(events[2]!.changes).toEqual([{ path: ['species'], old: 'oak', new: 'ash' }])
})

test('ids that every edit changes are no change', () => {
  expect(changes([{ path: ['meta', 'instanceID'], old: 'a', new: 'b' }, { path: ['meta', 'instanceName'], new: 'x' }])).toEqual([
    { path: ['meta', 'instanceName'], old: '', new: 'x' },
  ])
})

test('a round of a repeat that is new is one line', () => {
  expect(changes([{ path: ['plot', 1], new: { leaf: 'a.jpg', soil: { ph: '7' } } }])[0]!.new).toBe('leaf: a.jpg, soil: ph: 7')
})

test('rounds are counted from one', () => {
  expect(pathText(['plot', 1, 'leaf'])).toBe('plot 2 / leaf')
})
