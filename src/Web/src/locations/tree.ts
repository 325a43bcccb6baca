import type { Location, LocationType } from '../api/commCare'

export interface Place {
  location: Location
  below: Place[]
}

const byName = (a: Location, b: Location) => a.name.localeCompare(b.name)

/** The locations as a tree, by name. */
export function treeOf(locations: Location[]): Place[] {
  const places = new Map([...locations].sort(byName).map((location) => [location.location_id, { location, below: [] as Place[] }]))
  const top: Place[] = []
  for (const place of places.values()) (places.get(place.location.parent_location_id)?.below ?? top).push(place)
  return top
}

/** Types with those above them first, and how many those are. */
export function levelsOf(types: LocationType[]): { type: LocationType; depth: number }[] {
  const below = (parent: string | null, depth: number): { type: LocationType; depth: number }[] =>
    types.filter((type) => type.parent === parent).flatMap((type) => [{ type, depth }, ...below(type.code, depth + 1)])
  return below(null, 0)
}

/** The names of all that are above a location, from the top. */
export function aboveOf(location: Location, locations: Map<string, Location>): string {
  const names: string[] = []
  for (let above = locations.get(location.parent_location_id); above; above = locations.get(above.parent_location_id)) names.unshift(above.name)
  return names.join(' › ')
}

/** Locations whose name or site code has the text. */
export function matching(locations: Location[], text: string): Location[] {
  const wanted = text.trim().toLowerCase()
  return locations.filter((one) => `${one.name}\n${one.site_code}`.toLowerCase().includes(wanted)).sort(byName)
}
