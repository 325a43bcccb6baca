import { expect, test } from 'vitest'
import { treeOf, type RestoredCase } from './restore'

const one = (id: string, ...targets: string[]): RestoredCase => ({
  id,
  type: '',
  name: id,
  owner: '',
  isNew: true,
  closes: false,
  properties: [],
  indices: targets.map((target) => ({ identifier: 'parent', target, isExtension: false })),
  bytes: 0,
})
const names = (cases: RestoredCase[]) => {
  const walk = (branches: ReturnType<typeof treeOf>): unknown[] => branches.map(({ value, below }) => (below.length ? [value.id, walk(below)] : value.id))
  return walk(treeOf(cases))
}

test('cases stand below the case that they refer to, whichever comes first', () => {
  expect(names([one('child', 'home'), one('home'), one('visit', 'child'), one('lost', 'elsewhere')])).toEqual([
    ['home', [['child', ['visit']]]],
    'lost',
  ])
})

test('a case that refers to several stands there once', () => {
  expect(names([one('a'), one('b'), one('c', 'a', 'b')])).toEqual([['a', ['c']], 'b'])
})

test('no case is lost where cases refer to each other', () => {
  const flat = JSON.stringify(names([one('a', 'b'), one('b', 'a'), one('c', 'c')]))
  for (const id of ['a', 'b', 'c']) expect(flat).toContain(`"${id}"`)
})
