import { commCare, displayName, type Group, type Location, type Worker } from '../api/commCare'

/** Who may own cases: workers, groups that share cases, and locations. */
export interface Owners {
  workers: Worker[]
  groups: Group[]
  locations: Location[]
  nameOf: (id: string) => string
}

export async function loadOwners(domain: string): Promise<Owners> {
  const api = commCare(domain)
  const [workers, groups, locations] = await Promise.all([api.workers.list(), api.groups.list(), api.locations.list()])
  const names = new Map<string, string>([
    ...workers.map((one) => [one.id, displayName(one)] as const),
    ...groups.map((one) => [one.id, one.name] as const),
    ...locations.map((one) => [one.location_id, one.name] as const),
  ])
  return { workers, groups, locations, nameOf: (id) => names.get(id) ?? id }
}
