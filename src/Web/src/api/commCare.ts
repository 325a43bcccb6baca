import { call, inDomain } from './client'
import type * as t from './commCareTypes'

export type * from './commCareTypes'

const most = 1000
const send = <T>(method: 'POST' | 'PUT', address: string, json: unknown = {}) => call<T>(address, { method, json })
const remove = (address: string) => call<unknown>(address, { method: 'DELETE' })

const sendSheet = (address: string, file: File) =>
  call<t.SheetPlan>(address, { method: 'POST', file: { content: file, type: tableType(file.name) }, onProgress: () => undefined })

/** All of a list that is known to be short. */
async function all<T>(address: string): Promise<T[]> {
  const found: T[] = []
  for (;;) {
    const page = await call<t.Page<T>>(`${address}${address.includes('?') ? '&' : '?'}limit=${most}&offset=${found.length}`)
    found.push(...page.objects)
    if (page.objects.length === 0 || found.length >= page.meta.total_count) return found
  }
}

/** Administration of the CommCare domain of a project. */
export function commCare(domain: string) {
  const at = inDomain(domain)
  return {
    workers: {
      list: () => all<t.Worker>(at`api/user/v1` + '?archived=all'),
      create: (worker: t.WorkerChange) => send<t.Worker>('POST', at`api/user/v1`, worker),
      change: (id: string, worker: t.WorkerChange) => send<t.Worker>('PUT', at`api/user/v1/${id}`, worker),
      activate: (id: string) => send('POST', at`api/user/v1/${id}/activate`),
      deactivate: (id: string) => send('POST', at`api/user/v1/${id}/deactivate`),
      remove: (id: string) => remove(at`api/user/v1/${id}`),
    },
    syncs: {
      list: async (worker: string) => (await call<{ syncs: t.Sync[] }>(at`api/user/v1/${worker}/syncs`)).syncs,
      /** What the worker's phone would get, as it is sent to the phone. */
      previewAddress: (worker: string, since?: string) =>
        at`api/user/v1/${worker}/restore` + (since === undefined ? '' : `?since=${encodeURIComponent(since)}`),
      preview: (address: string) => call<string>(address),
    },
    cases: {
      first: (filter: t.CaseFilter, limit: number) => at`api/case/v2` + `?${caseQuery(filter, limit)}`,
      /** `next` of another page. The server may know itself by another name than this page does. */
      page: (address: string) => call<t.CasePage>(address.replace(/^https?:\/\/[^/]+/, '')),
      get: (id: string) => call<t.Case>(at`api/case/v2/${id}`),
      /** Those of them that there are. */
      many: async (ids: string[]) =>
        ids.length === 0
          ? []
          : (await send<{ cases: (t.Case & { error?: string })[] }>('POST', at`api/case/v2/bulk-fetch`, { case_ids: ids })).cases.filter(
              (one) => !one.error,
            ),
      referring: (id: string) => call<{ cases: t.Case[]; more: boolean }>(at`api/case/index/v1/${id}`),
      /** Its stock. */
      balances: (id: string) => all<t.Balance>(at`api/case/ledger/v1/${id}`),
      forms: (id: string, offset: number) => call<t.Page<t.CaseForm>>(at`api/case/form/v1/${id}` + `?offset=${offset}`),
    },
    products: {
      list: () => all<t.Product>(at`api/product/v1`),
      create: (product: Partial<t.Product>) => send<t.Product>('POST', at`api/product/v1`, product),
      change: (id: string, product: Partial<t.Product>) => send<t.Product>('PUT', at`api/product/v1/${id}`, product),
      upload: (file: File, dryRun: boolean) => sendSheet(at`api/product/file/v1` + `?dry_run=${dryRun}`, file),
      downloadAddress: (format: 'csv' | 'xlsx') => at`api/product/file/v1` + `?format=${format}`,
      remove: (id: string) => remove(at`api/product/v1/${id}`),
    },
    groups: {
      list: () => all<t.Group>(at`api/group/v1`),
      create: (group: Partial<t.Group>) => send<t.Group>('POST', at`api/group/v1`, group),
      change: (id: string, group: Partial<t.Group>) => send<t.Group>('PUT', at`api/group/v1/${id}`, group),
      remove: (id: string) => remove(at`api/group/v1/${id}`),
    },
    lookupTables: {
      list: () => all<t.LookupTable>(at`api/lookup_table/v1`),
      get: (id: string) => call<t.LookupTable>(at`api/lookup_table/v1/${id}`),
      create: (table: { tag: string; is_global: boolean; fields: { field_name: string }[] }) =>
        send<t.LookupTable>('POST', at`api/lookup_table/v1`, table),
      rows: (id: string, offset: number, limit: number) =>
        call<t.Page<t.LookupRow>>(at`api/lookup_table_item/v1` + `?data_type_id=${encodeURIComponent(id)}&offset=${offset}&limit=${limit}`),
      upload: (id: string, file: File, options: { dryRun: boolean; keep: boolean }) =>
        sendSheet(at`api/lookup_table/v1/${id}/rows` + `?dry_run=${options.dryRun}&keep=${options.keep}`, file),
      downloadAddress: (id: string, format: 'csv' | 'xlsx') => at`api/lookup_table/v1/${id}/rows` + `?format=${format}`,
      remove: (id: string) => remove(at`api/lookup_table/v1/${id}`),
      addRow: (row: Partial<t.LookupRow>) => send<t.LookupRow>('POST', at`api/lookup_table_item/v1`, row),
      changeRow: (id: string, row: Partial<t.LookupRow>) => send<t.LookupRow>('PUT', at`api/lookup_table_item/v1/${id}`, row),
      removeRow: (id: string) => remove(at`api/lookup_table_item/v1/${id}`),
    },
    locations: {
      list: () => all<t.Location>(at`api/location/v2`),
      create: (location: Partial<t.Location>) => send<t.Location>('POST', at`api/location/v2`, location),
      change: (id: string, location: Partial<t.Location>) => send<t.Location>('PUT', at`api/location/v2/${id}`, location),
      remove: (id: string) => remove(at`api/location/v2/${id}`),
      upload: (file: File, dryRun: boolean) => sendSheet(at`api/location/file/v1` + `?dry_run=${dryRun}`, file),
      downloadAddress: (format: 'csv' | 'xlsx') => at`api/location/file/v1` + `?format=${format}`,
    },
    locationTypes: {
      list: () => all<t.LocationType>(at`api/location_type/v1`),
      create: (type: Partial<t.LocationType>) => send<t.LocationType>('POST', at`api/location_type/v1`, type),
      change: (code: string, type: Partial<t.LocationType>) => send<t.LocationType>('PUT', at`api/location_type/v1/${code}`, type),
      remove: (code: string) => remove(at`api/location_type/v1/${code}`),
    },
  }
}

/** By the ending: browsers know the types of spreadsheets only where a program for them is installed. */
export function tableType(name: string): string {
  const ending = name.split('.').at(-1)!.toLowerCase()
  if (ending === 'xlsx') return 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  return ending === 'xls' ? 'application/vnd.ms-excel' : 'text/csv'
}

/** Without the number of all that match, which the server would have to read. */
export function caseQuery(filter: t.CaseFilter, limit: number): string {
  const query = new URLSearchParams({ limit: String(limit), count: 'false' })
  if (filter.search.trim()) query.set('search', filter.search.trim())
  if (filter.type.trim()) query.set('case_type', filter.type.trim())
  if (filter.owner) query.set('owner_id', filter.owner)
  if (filter.state) query.set('closed', String(filter.state === 'closed'))
  return query.toString()
}

/** The name that a worker types. */
export const shortName = (worker: t.Worker) => worker.username.split('@')[0]!

/** For lists: the full name, or what the worker types. */
export function displayName(worker: t.Worker): string {
  return `${worker.first_name} ${worker.last_name}`.trim() || shortName(worker)
}
