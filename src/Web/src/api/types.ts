/** Shapes of the management API (docs/protocol.md, OR-257 and following). */
export interface Actor {
  id: number
  type: string
  displayName: string
  createdAt: string
  updatedAt: string | null
}

export interface User extends Actor {
  email: string
  lastLoginAt: string | null
  /** Rights on the server, of the signed-in user. */
  verbs?: string[]
}

/** For scripts at the addresses of a CommCare domain. */
export interface ApiKey {
  id: string
  name: string | null
  domain: string | null
  role: string | null
  createdAt: string
  expiresAt: string | null
}

/** What managers choose of a webhook. */
export interface WebhookEdit {
  name: string
  url: string
  events: string[]
  includeData: boolean
  active: boolean
}

export interface Webhook extends WebhookEdit {
  id: string
  createdAt: string
}

export interface WebhookDelivery {
  id: string
  type: string
  subject: string
  time: string
  state: 'pending' | 'delivered' | 'parked'
  attempts: number
  lastError: string | null
}

export interface Project {
  id: number
  name: string
  description: string | null
  archived: boolean | null
  domain: string | null
  /** Of the key that its forms are encrypted with. */
  keyId: number | null
  createdAt: string
  forms?: number
  appUsers?: number
  datasets?: number
  lastSubmission?: string | null
  verbs: string[]
}

export type FormState = 'open' | 'closing' | 'closed'

export interface Form {
  projectId: number
  xmlFormId: string
  name: string | null
  version: string
  state: FormState
  hash: string
  draftToken: string | null
  /** The key that submissions are encrypted with. */
  keyId: number | null
  /** The number that restores a form in the trash. */
  id?: number
  deletedAt?: string | null
  /** Ids of the form's addresses in the browser. */
  enketoId: string | null
  enketoOnceId: string | null
  createdAt: string
  updatedAt: string | null
  publishedAt: string | null
  submissions?: number
  lastSubmission?: string | null
  publicLinks?: number
  hasDraft?: boolean
  reviewStates?: { received: number; hasIssues: number; edited: number }
  publishedBy?: Actor | null
}

export interface FormAttachment {
  name: string
  type: string
  exists: boolean
  blobExists: boolean
  datasetExists: boolean
  size?: number
  updatedAt?: string
}

export interface FormField {
  path: string
  name: string
  type: string
  binary: boolean | null
  selectMultiple: boolean | null
}

export interface AppUser extends Actor {
  projectId: number
  token: string | null
  lastUsed?: string | null
}

export interface PublicLink extends Actor {
  token: string | null
  once: boolean
}

export interface Role {
  id: number
  name: string
  system: string | null
  verbs: string[]
}

export interface FormAssignment {
  actorId: number
  xmlFormId: string
  roleId: number
}

export interface Assignment {
  actorId: number
  roleId: number
}

export type ReviewState = 'received' | 'hasIssues' | 'edited' | 'approved' | 'rejected'

export interface Submission {
  instanceId: string
  submitterId: number | null
  submitter?: Actor | null
  deviceId: string | null
  createdAt: string
  updatedAt: string | null
  reviewState: Exclude<ReviewState, 'received'> | null
  deletedAt: string | null
  currentVersion: { instanceId: string; instanceName: string | null; formVersion?: string; userAgent: string | null }
}

export interface EncryptionKey {
  id: number
  /** Whether the server has the private key, which its passphrase opens. */
  managed: boolean
  hint: string | null
}

export interface SubmissionAttachment {
  name: string
  exists: boolean
}

/** A step of the path is a name, or the number of a repeat's round, from 0 on. */
export interface SubmissionDifference {
  path: (string | number)[]
  old?: unknown
  new?: unknown
}

export interface Comment {
  body: string
  createdAt: string
  actor?: Actor | null
}

export interface Audit {
  actorId: number | null
  action: string
  loggedAt: string
  details: unknown
  notes?: string | null
  actor?: Actor | null
  actee?: { name?: string; displayName?: string; xmlFormId?: string } | null
}

/** A row of the OData service: its own members, and one for each group and field. */
export interface ODataRow {
  __id: string
  __system: {
    submissionDate: string
    submitterId: string | null
    submitterName: string | null
    attachmentsPresent: number
    attachmentsExpected: number
    reviewState: Exclude<ReviewState, 'received'> | null
    edits: number
  }
  [field: string]: unknown
}

export interface ODataPage<Row> {
  value: Row[]
  '@odata.count'?: number
  '@odata.nextLink'?: string
}

export interface Dataset {
  name: string
  projectId: number
  createdAt: string
  approvalRequired: boolean
  ownerOnly: boolean
  entities?: number
  conflicts?: number
  lastEntity?: string | null
  properties?: { name: string }[]
}

/** What a form that is published does to an entity list. */
export interface DatasetDifference {
  name: string
  isNew: boolean
  properties: { name: string; isNew: boolean; inForm: boolean }[]
}

/** What a person writes of an entity. */
export interface EntityDraft {
  label: string
  data: Record<string, string>
}

/** Hard: updates that did not know of each other changed the same property. Soft: they changed different ones. */
export type EntityConflict = 'soft' | 'hard'

export interface EntityRow {
  __id: string
  label: string
  __system: { createdAt: string; updatedAt: string | null; creatorName: string | null; version: number; conflict: EntityConflict | null }
  [property: string]: unknown
}

export interface EntityVersion extends EntityDraft {
  version: number
  createdAt: string
  creator?: Actor | null
  baseVersion: number | null
  conflictingProperties: string[] | null
  /** What was sent, among it the label. */
  dataReceived: Record<string, string> | null
}

/** One of all versions of an entity. */
export interface ListedVersion extends EntityVersion {
  conflict: EntityConflict | null
  lastGoodVersion: boolean
  relevantToConflict: boolean
}

export interface Entity {
  uuid: string
  createdAt: string
  updatedAt: string | null
  deletedAt: string | null
  creator?: Actor | null
  conflict: EntityConflict | null
  currentVersion: EntityVersion
}

/** GeoJSON, with the id of a submission or an entity in each feature. */
export interface FeatureCollection {
  type: 'FeatureCollection'
  features: { type: 'Feature'; id: string; geometry: unknown }[]
}

export type ImageKey = 'logo' | 'hero-image'

/** What everybody may read of the server's configuration, by key. */
export interface PublicConfig {
  'login-appearance'?: { value: { title?: string; description?: string } }
  logo?: { setAt: string }
  'hero-image'?: { setAt: string }
}

/** The administrator's choice about usage reports. */
export interface UsageReports {
  enabled: boolean
  email?: string
  organization?: string
}

export interface ConsoleSettings {
  mapTiles: string | null
  mapAttribution: string | null
}
