/** Shapes of a domain's administration (docs/protocol.md, CC-144 to CC-146). */
export interface Page<T> {
  meta: { limit: number; offset: number; total_count: number; next: string | null }
  objects: T[]
}

export interface Worker {
  id: string
  /** With the domain after `@`. */
  username: string
  first_name: string
  last_name: string
  email: string
  phone_numbers: string[]
  language: string
  groups: string[]
  locations: string[]
  primary_location: string | null
  user_data: Record<string, string>
  is_active: boolean
}

export type WorkerChange = Partial<Omit<Worker, 'id' | 'is_active'>> & { password?: string }

export interface Group {
  id: string
  name: string
  users: string[]
  case_sharing: boolean
  reporting: boolean
  metadata: Record<string, string>
}

export interface Location {
  location_id: string
  name: string
  site_code: string
  location_type_code: string
  location_type_name: string
  parent_location_id: string
  external_id: string
  latitude: string | null
  longitude: string | null
  location_data: Record<string, string>
  is_archived: boolean
  last_modified: string
}

export interface LocationType {
  id: string
  code: string
  name: string
  /** The code of the type above. */
  parent: string | null
  shares_cases: boolean
  view_descendants: boolean
}

export interface CaseIndex {
  case_id: string
  case_type: string
  relationship: 'child' | 'extension'
}

export interface Case {
  case_id: string
  case_type: string
  case_name: string
  external_id: string
  owner_id: string
  date_opened: string | null
  last_modified: string
  server_last_modified: string
  closed: boolean
  date_closed: string | null
  properties: Record<string, string>
  indices: Record<string, CaseIndex>
}

export interface CasePage {
  cases: Case[]
  /** The address of the next page. */
  next: string | null
}

/** What one form did to a case. */
export interface Balance {
  section_id: string
  /** A product's id, mostly. */
  entry_id: string
  quantity: number
}

export interface Product {
  id: string
  name: string
  code: string
  unit: string
  description: string
  category: string
  program_id: string
  cost: string
  product_data: Record<string, string>
  is_archived: boolean
}

export interface CaseForm {
  form_id: string
  submission_id: string
  /** Null when the form is in the trash. */
  xml_form_id: string | null
  name: string | null
  received_on: string
  submitted_by: string | null
  is_edited: boolean
  changes: CaseChange[]
}

export interface CaseChange {
  create: Record<string, string> | null
  update: Record<string, string> | null
  close: boolean
  indices: { identifier: string; case_id: string | null }[]
}

export interface CaseFilter {
  search: string
  type: string
  owner: string
  state: '' | 'open' | 'closed'
}

/** A restore that a phone got. */
export interface Sync {
  token: string
  since: string | null
  date: string
  device_id: string
  app_id: string
  requested_by: string
  /** How many forms the phone sent with the token. */
  forms: number
}

export interface LookupTable {
  id: string
  tag: string
  is_global: boolean
  fields: { field_name: string; properties: string[]; is_indexed: boolean }[]
  item_attributes: string[]
}

export interface LookupValue {
  field_value: string
  properties: Record<string, string>
}

export interface LookupRow {
  id: string
  data_type_id: string
  sort_key: number
  fields: Record<string, { field_list: LookupValue[] }>
  item_attributes: Record<string, string>
  owners: { users: string[]; groups: string[]; locations: string[] }
}

type SheetRow = Record<string, string>

/** What an upload changes, with the first few of each. */
export interface SheetPlan {
  dry_run: boolean
  added: number
  changed: number
  removed: number
  moved: number
  unchanged: number
  examples: {
    added: { after: SheetRow }[]
    changed: { before: SheetRow; after: SheetRow }[]
    removed: { before: SheetRow }[]
  }
}
