import { expect, test } from 'vitest'
import type { EntityVersion } from '../api'
import { changesOf } from './versions'

const version = (number: number, label: string, data: Record<string, string>) => ({ version: number, label, data }) as EntityVersion

test('each version has what it changed, newest first', () => {
  const versions = [version(1, 'oak', { height: '2', place: 'x' }), version(2, 'oak', { height: '3', place: 'x', colour: '' })]
  expect(changesOf(versions).map((one) => [one.version, one.changes])).toEqual([
    [2, [{ name: 'height', old: '2', new: '3' }]],
    [1, []],
  ])
})
