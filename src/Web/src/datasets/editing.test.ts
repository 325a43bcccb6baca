import { expect, test } from 'vitest'
import { changeOf, rebase, valuesOf } from './editing'

test('only what was edited is sent', () => {
  const base = valuesOf({ label: 'oak', data: { height: '2' } }, ['height', 'place'])
  expect(base).toEqual({ label: 'oak', height: '2', place: '' })
  expect(changeOf(base, base)).toEqual({})
  expect(changeOf(base, { ...base, height: '' })).toEqual({ data: { height: '' } })
  expect(changeOf(base, { ...base, label: 'ash' })).toEqual({ label: 'ash' })
})

test('an edit moves on top of a newer version and names what others changed', () => {
  const base = { label: 'oak', height: '2', place: 'x', note: 'a' }
  const { edited, meanwhile } = rebase(base, { ...base, height: '3', note: 'b' }, { label: 'old oak', height: '4', place: 'x', note: 'b' })
  expect(edited).toEqual({ label: 'old oak', height: '3', place: 'x', note: 'b' })
  expect(meanwhile).toEqual([
    { name: 'label', before: 'oak', now: 'old oak', yours: undefined },
    { name: 'height', before: '2', now: '4', yours: '3' },
    { name: 'note', before: 'a', now: 'b', yours: undefined },
  ])
})
