import { expect, test } from 'vitest'
import type { Location, LocationType } from '../api/commCare'
import { aboveOf, levelsOf, matching, treeOf } from './tree'

const place = (id: string, parent = '') => ({ location_id: id, name: id.toUpperCase(), site_code: `${id}-1`, parent_location_id: parent }) as Location
const type = (code: string, parent: string | null) => ({ code, parent }) as LocationType
const locations = [place('dala', 'kano'), place('kano', 'nigeria'), place('nigeria'), place('benin'), place('lost', 'unknown')]

test('locations become a tree by name', () => {
  const names = (places: ReturnType<typeof treeOf>): unknown[] => places.map((one) => [one.location.location_id, names(one.below)])
  expect(names(treeOf(locations))).toEqual([
    ['benin', []],
    ['lost', []],
    ['nigeria', [['kano', [['dala', []]]]]],
  ])
})

test('a location is found by name and site code, and says where it is', () => {
  expect(matching(locations, ' ALA ').map((one) => one.location_id)).toEqual(['dala'])
  expect(matching(locations, 'no-1')).toEqual([locations[1]])
  expect(aboveOf(locations[0]!, new Map(locations.map((one) => [one.location_id, one])))).toBe('NIGERIA › KANO')
})

test('types come after those above them', () => {
  const types = [type('city', 'state'), type('country', null), type('state', 'country'), type('depot', null)]
  expect(levelsOf(types).map(({ type, depth }) => `${depth} ${type.code}`)).toEqual(['0 country', '1 state', '2 city', '0 depot'])
})
