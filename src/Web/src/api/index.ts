import { ApiError, at, call, callUnless, download, tagged, type Call } from './client'
import type * as t from './types'

export { ApiError, csrfToken, onSignedOut, type Tagged } from './client'
export type * from './types'

const post = <T>(address: string, options: Call = {}) => call<T>(address, { method: 'POST', ...options })
const patch = <T>(address: string, json: unknown) => call<T>(address, { method: 'PATCH', json })
const remove = (address: string) => call<unknown>(address, { method: 'DELETE' })
const extended = <T>(address: string) => call<T>(address, { extended: true })

type Progress = (fraction: number) => void

/** A form's definition: an XForm, or an XLSForm workbook. */
export interface Definition {
  file: File
  ignoreWarnings: boolean
  onProgress?: Progress
}

const workbooks: Record<string, string> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  xls: 'application/vnd.ms-excel',
}

function definition({ file, onProgress }: Definition): Call {
  const [, stem = '', ending = ''] = /^(.*)\.([^.]*)$/.exec(file.name) ?? []
  const workbook = workbooks[ending.toLowerCase()]
  return {
    file: { content: file, type: workbook ?? 'application/xml' },
    headers: workbook ? { 'X-XlsForm-FormId-Fallback': encodeURIComponent(stem) } : {},
    onProgress: onProgress ?? (() => undefined),
  }
}

export const sessions = {
  create: (email: string, password: string) => post<{ expiresAt: string }>(at`sessions`, { json: { email, password } }),
  end: () => remove(at`sessions/current`),
}

export const users = {
  current: () => extended<t.User>(at`users/current`),
  list: () => call<t.User[]>(at`users`),
  /** Without password the answer has the link to choose one, unless the server mails it. */
  create: (email: string, password: string | undefined) => post<t.User & { link?: string }>(at`users`, { json: { email, password } }),
  change: (id: number, change: { displayName: string; email: string }) => patch<t.User>(at`users/${id}`, change),
  remove: (id: number) => remove(at`users/${id}`),
  changePassword: (id: number, old: string, changed: string) =>
    call<unknown>(at`users/${id}/password`, { method: 'PUT', json: { old, new: changed } }),
  /** Mails a link to choose another password. An administrator of a server without mail gets it here, to hand it over. */
  reset: (email: string) => post<{ link?: string }>(at`users/reset/initiate`, { json: { email } }),
  /** Chooses a password with what such a link holds. */
  claim: (token: string, password: string) =>
    post<unknown>(at`users/reset/verify`, { json: { new: password }, headers: { Authorization: `Bearer ${token}` } }),
}

export const apiKeys = {
  list: (user: number) => call<t.ApiKey[]>(at`users/${user}/api-keys`),
  /** The answer is the only one that has the key. */
  create: (user: number, name: string) => post<t.ApiKey & { key: string }>(at`users/${user}/api-keys`, { json: { name } }),
  revoke: (user: number, id: string) => remove(at`users/${user}/api-keys/${id}`),
}

export const webhookEvents = [
  ...['submission.created', 'submission.edited', 'submission.reviewed', 'submission.deleted', 'submission.restored'],
  ...['entity.created', 'entity.updated', 'entity.deleted', 'entity.restored'],
  ...['case.created', 'case.updated', 'case.closed', 'case.deleted'],
]

export const webhooks = {
  list: (project: number) => call<t.Webhook[]>(at`projects/${project}/webhooks`),
  /** This answer, and that of `rotate`, are the only ones that have the secret. */
  create: (project: number, json: t.WebhookEdit) => post<t.Webhook & { secret: string }>(at`projects/${project}/webhooks`, { json }),
  change: (project: number, id: string, json: t.WebhookEdit) => patch<t.Webhook>(at`projects/${project}/webhooks/${id}`, json),
  remove: (project: number, id: string) => remove(at`projects/${project}/webhooks/${id}`),
  rotate: (project: number, id: string) => post<t.Webhook & { secret: string }>(at`projects/${project}/webhooks/${id}/secret`, { json: {} }),
  test: (project: number, id: string) => post<t.WebhookDelivery>(at`projects/${project}/webhooks/${id}/test`, { json: {} }),
  deliveries: (project: number, id: string, state: string, offset: number, limit: number) =>
    call<t.WebhookDelivery[]>(at`projects/${project}/webhooks/${id}/deliveries?state=${state}&offset=${offset}&limit=${limit}`),
  replay: (project: number, id: string, delivery: string) =>
    post<t.WebhookDelivery>(at`projects/${project}/webhooks/${id}/deliveries/${delivery}/replay`, { json: {} }),
}

export const roles = {
  list: () => call<t.Role[]>(at`roles`),
  assigned: () => call<t.Assignment[]>(at`assignments`),
  assign: (role: number, actor: number) => post(at`assignments/${role}/${actor}`),
  revoke: (role: number, actor: number) => remove(at`assignments/${role}/${actor}`),
  assignedIn: (project: number) => extended<{ actor: t.User; roleId: number }[]>(at`projects/${project}/assignments`),
  assignIn: (project: number, role: number, actor: number) => post(at`projects/${project}/assignments/${role}/${actor}`),
  revokeIn: (project: number, role: number, actor: number) => remove(at`projects/${project}/assignments/${role}/${actor}`),
}

export const projects = {
  list: () => extended<t.Project[]>(at`projects`),
  get: (project: number) => extended<t.Project>(at`projects/${project}`),
  create: (name: string) => post<t.Project>(at`projects`, { json: { name } }),
  change: (project: number, change: Partial<Pick<t.Project, 'name' | 'description' | 'archived' | 'domain'>>) =>
    patch<t.Project>(at`projects/${project}`, change),
  encrypt: (project: number, passphrase: string, hint: string | undefined) => post(at`projects/${project}/key`, { json: { passphrase, hint } }),
}

export const forms = {
  list: (project: number) => extended<t.Form[]>(at`projects/${project}/forms`),
  get: (project: number, form: string) => extended<t.Form>(at`projects/${project}/forms/${form}`),
  create: (project: number, sent: Definition) =>
    post<t.Form>(at`projects/${project}/forms` + `?ignoreWarnings=${sent.ignoreWarnings}`, definition(sent)),
  change: (project: number, form: string, change: { state: t.FormState }) => patch<t.Form>(at`projects/${project}/forms/${form}`, change),
  remove: (project: number, form: string) => remove(at`projects/${project}/forms/${form}`),
  trash: (project: number) => extended<t.Form[]>(at`projects/${project}/forms` + '?deleted=true'),
  restore: (project: number, number: number) => post(at`projects/${project}/forms/${number}/restore`),
  versions: (project: number, form: string) => extended<t.Form[]>(at`projects/${project}/forms/${form}/versions`),
  fields: (project: number, form: string) => call<t.FormField[]>(at`projects/${project}/forms/${form}/fields` + '?odata=true'),
  /** With the names of the form itself. */
  plainFields: (project: number, form: string) => call<t.FormField[]>(at`projects/${project}/forms/${form}/fields`),
  /** The definition that is published, else the draft's. */
  xml: (project: number, form: string) => call<string>(at`projects/${project}/forms/${form}` + '.xml'),
  xmlAddress: (project: number, form: string, version: string) =>
    at`projects/${project}/forms/${form}/versions/${version === '' ? '___' : version}.xml`,
}

export const drafts = {
  get: (project: number, form: string) => extended<t.Form>(at`projects/${project}/forms/${form}/draft`),
  /** Without a definition the draft is a copy of the published one. */
  create: (project: number, form: string, sent?: Definition) =>
    post(
      at`projects/${project}/forms/${form}/draft` + (sent ? `?ignoreWarnings=${sent.ignoreWarnings}` : ''),
      sent ? definition(sent) : {},
    ),
  abandon: (project: number, form: string) => remove(at`projects/${project}/forms/${form}/draft`),
  publish: (project: number, form: string, version: string | undefined, notes: string) =>
    post(at`projects/${project}/forms/${form}/draft/publish` + (version === undefined ? '' : `?version=${encodeURIComponent(version)}`), {
      headers: notes ? { 'X-Action-Notes': encodeURIComponent(notes) } : {},
    }),
  attachments: (project: number, form: string) => call<t.FormAttachment[]>(at`projects/${project}/forms/${form}/draft/attachments`),
  upload: (project: number, form: string, name: string, file: File, onProgress: Progress) =>
    post(at`projects/${project}/forms/${form}/draft/attachments/${name}`, {
      file: { content: file, type: file.type || 'application/octet-stream' },
      onProgress,
    }),
  /** What publishing creates or changes of entity lists. */
  differences: (project: number, form: string) => call<t.DatasetDifference[]>(at`projects/${project}/forms/${form}/draft/dataset-diff`),
  /** The file of this name is the entity list of this name, or not. */
  useDataset: (project: number, form: string, name: string, dataset: boolean) =>
    patch<t.FormAttachment>(at`projects/${project}/forms/${form}/draft/attachments/${name}`, { dataset }),
  clear: (project: number, form: string, name: string) => remove(at`projects/${project}/forms/${form}/draft/attachments/${name}`),
  xmlAddress: (project: number, form: string) => at`projects/${project}/forms/${form}/draft.xml`,
  xml: (project: number, form: string) => call<string>(at`projects/${project}/forms/${form}/draft.xml`),
}

export const appUsers = {
  list: (project: number) => extended<t.AppUser[]>(at`projects/${project}/app-users`),
  create: (project: number, displayName: string) => post<t.AppUser>(at`projects/${project}/app-users`, { json: { displayName } }),
  revoke: (token: string) => remove(at`sessions/${token}`),
  assignments: (project: number) => call<t.FormAssignment[]>(at`projects/${project}/assignments/forms/app-user`),
  assign: (project: number, form: string, actor: number) =>
    post(at`projects/${project}/forms/${form}/assignments/app-user/${actor}`),
  unassign: (project: number, form: string, actor: number) =>
    remove(at`projects/${project}/forms/${form}/assignments/app-user/${actor}`),
}

const openRosa = { 'X-OpenRosa-Version': '1.0' }

/** What a form in the browser needs: for web users, and for holders of a public link's key. */
export const webForms = {
  find: (link: string, key: string | undefined) =>
    call<t.Form>(at`form-links/${link}/form` + (key === undefined ? '' : `?st=${encodeURIComponent(key)}`)),
  definition: (address: string) => call<string>(address, { headers: openRosa }),
  submit: (address: string, parts: FormData) => post(address, { parts, headers: openRosa }),
  address: (link: string, key?: string | null) =>
    `${location.origin}/f/${encodeURIComponent(link)}` + (key ? `?st=${encodeURIComponent(key)}` : ''),
  /** Of the form with the answers of a submission in it. */
  editAddress: (link: string, instanceId: string) => `/f/${encodeURIComponent(link)}?edit=${encodeURIComponent(instanceId)}`,
}

export const publicLinks = {
  list: (project: number, form: string) => extended<t.PublicLink[]>(at`projects/${project}/forms/${form}/public-links`),
  create: (project: number, form: string, displayName: string, once: boolean) =>
    post<t.PublicLink>(at`projects/${project}/forms/${form}/public-links`, { json: { displayName, once } }),
  revoke: (token: string) => remove(at`sessions/${token}`),
}

export const submissions = {
  odataAddress: (project: number, form: string) => at`projects/${project}/forms/${form}` + '.svc',
  page: (address: string) => tagged<t.ODataPage<t.ODataRow>>(address),
  pageUnless: (address: string, tag: string | null) => callUnless<t.ODataPage<t.ODataRow>>(address, tag),
  get: (project: number, form: string, id: string) => extended<t.Submission>(at`projects/${project}/forms/${form}/submissions/${id}`),
  /** Undefined when no submission of the form has changed since the answer with this tag. */
  answersUnless: (project: number, form: string, id: string, tag: string | null) =>
    callUnless<t.ODataPage<t.ODataRow>>(
      at`projects/${project}/forms/${form}` + `.svc/Submissions('${encodeURIComponent(id.replaceAll("'", "''"))}')?%24expand=*`,
      tag,
    ),
  review: (project: number, form: string, id: string, reviewState: string) =>
    patch<t.Submission>(at`projects/${project}/forms/${form}/submissions/${id}`, { reviewState }),
  remove: (project: number, form: string, id: string) => remove(at`projects/${project}/forms/${form}/submissions/${id}`),
  trash: (project: number, form: string, offset: number, limit: number) =>
    extended<t.Submission[]>(at`projects/${project}/forms/${form}/submissions` + `?deleted=true&offset=${offset}&limit=${limit}`),
  restore: (project: number, form: string, id: string) => post(at`projects/${project}/forms/${form}/submissions/${id}/restore`),
  attachments: (project: number, form: string, id: string) =>
    call<t.SubmissionAttachment[]>(at`projects/${project}/forms/${form}/submissions/${id}/attachments`),
  attachmentAddress: (project: number, form: string, id: string, name: string) =>
    at`projects/${project}/forms/${form}/submissions/${id}/attachments/${name}`,
  comments: (project: number, form: string, id: string) => extended<t.Comment[]>(at`projects/${project}/forms/${form}/submissions/${id}/comments`),
  comment: (project: number, form: string, id: string, body: string) =>
    post(at`projects/${project}/forms/${form}/submissions/${id}/comments`, { json: { body } }),
  audits: (project: number, form: string, id: string) => extended<t.Audit[]>(at`projects/${project}/forms/${form}/submissions/${id}/audits`),
  /** What each edit changed, by the instance id that it made. */
  diffs: (project: number, form: string, id: string) =>
    call<Record<string, t.SubmissionDifference[]>>(at`projects/${project}/forms/${form}/submissions/${id}/diffs`),
  xml: (project: number, form: string, id: string) => call<string>(at`projects/${project}/forms/${form}/submissions/${id}` + '.xml'),
  /** The keys that submissions were encrypted with. */
  keys: (project: number, form: string) => call<t.EncryptionKey[]>(at`projects/${project}/forms/${form}/submissions/keys`),
  csvZipAddress: (project: number, form: string) => at`projects/${project}/forms/${form}/submissions.csv.zip`,
  /** With the answers that these passphrases of keys decrypt. */
  decryptedZip: (
    project: number,
    form: string,
    options: [string, string][],
    passphrases: Record<number, string>,
    onReceived: (bytes: number) => void,
  ) =>
    download(
      at`projects/${project}/forms/${form}/submissions.csv.zip` + '?' + new URLSearchParams(options),
      { method: 'POST', json: passphrases },
      onReceived,
    ),
  csvAddress: (project: number, form: string) => at`projects/${project}/forms/${form}/submissions.csv`,
  geoJsonAddress: (project: number, form: string) => at`projects/${project}/forms/${form}/submissions.geojson`,
  /** The newest ones that have a place in this field. */
  geoJson: (project: number, form: string, field: string, reviewState: string, limit: number, readAtMost: number) =>
    call<t.FeatureCollection>(
      at`projects/${project}/forms/${form}/submissions.geojson` +
        `?limit=${limit}&readAtMost=${readAtMost}&fieldpath=${encodeURIComponent(field)}` +
        (reviewState ? `&reviewState=${reviewState === 'received' ? 'null' : reviewState}` : ''),
    ),
}

export const datasets = {
  list: (project: number) => extended<t.Dataset[]>(at`projects/${project}/datasets`),
  get: (project: number, dataset: string) => call<t.Dataset>(at`projects/${project}/datasets/${dataset}`),
  create: (project: number, name: string) => post<t.Dataset>(at`projects/${project}/datasets`, { json: { name } }),
  /** Without approval, what waits for it becomes entities. */
  change: (project: number, dataset: string, to: Partial<Pick<t.Dataset, 'approvalRequired' | 'ownerOnly'>>) =>
    patch<t.Dataset>(at`projects/${project}/datasets/${dataset}` + (to.approvalRequired === false ? '?convert=true' : ''), to),
  addProperty: (project: number, dataset: string, name: string) => post(at`projects/${project}/datasets/${dataset}/properties`, { json: { name } }),
  remove: (project: number, dataset: string) => remove(at`projects/${project}/datasets/${dataset}`),
  odataAddress: (project: number, dataset: string) => at`projects/${project}/datasets/${dataset}` + '.svc',
  page: (address: string, signal?: AbortSignal) => call<t.ODataPage<t.EntityRow>>(address, { signal }),
  /** The number of entities. The server has to read all of them. */
  count: async (project: number, dataset: string) =>
    (await call<t.ODataPage<t.EntityRow>>(at`projects/${project}/datasets/${dataset}` + '.svc/Entities?%24top=0&%24count=true'))['@odata.count'] ?? 0,
  createEntity: (project: number, dataset: string, entity: t.EntityDraft) =>
    post<t.Entity>(at`projects/${project}/datasets/${dataset}/entities`, { json: entity }),
  /** Only what is in the change is changed. Refused (409.15) when the entity has a newer version than this one. */
  changeEntity: (project: number, dataset: string, id: string, version: number, change: Partial<t.EntityDraft>, resolve = false) =>
    patch<t.Entity>(
      at`projects/${project}/datasets/${dataset}/entities/${id}` + `?baseVersion=${version}` + (resolve ? '&resolve=true' : ''),
      change,
    ),
  createEntities: (project: number, dataset: string, source: string, entities: t.EntityDraft[]) =>
    post(at`projects/${project}/datasets/${dataset}/entities`, { json: { entities, source: { name: source } }, onProgress: () => undefined }),
  csvAddress: (project: number, dataset: string) => at`projects/${project}/datasets/${dataset}/entities.csv`,
  geoJsonAddress: (project: number, dataset: string) => at`projects/${project}/datasets/${dataset}/entities.geojson`,
  geoJson: (project: number, dataset: string, limit: number, readAtMost: number) =>
    call<t.FeatureCollection>(at`projects/${project}/datasets/${dataset}/entities.geojson` + `?limit=${limit}&readAtMost=${readAtMost}`),
  entity: (project: number, dataset: string, id: string) => extended<t.Entity>(at`projects/${project}/datasets/${dataset}/entities/${id}`),
  versions: (project: number, dataset: string, id: string) =>
    extended<t.ListedVersion[]>(at`projects/${project}/datasets/${dataset}/entities/${id}/versions`),
  entityAudits: (project: number, dataset: string, id: string) =>
    extended<t.Audit[]>(at`projects/${project}/datasets/${dataset}/entities/${id}/audits`),
  trash: (project: number, dataset: string, offset: number, limit: number) =>
    call<t.Entity[]>(at`projects/${project}/datasets/${dataset}/entities` + `?deleted=true&offset=${offset}&limit=${limit}`),
  restoreEntity: (project: number, dataset: string, id: string) => post(at`projects/${project}/datasets/${dataset}/entities/${id}/restore`),
  removeEntity: (project: number, dataset: string, id: string) => remove(at`projects/${project}/datasets/${dataset}/entities/${id}`),
}

export const audits = {
  page: (offset: number, limit: number, action: string) =>
    extended<t.Audit[]>(at`audits` + `?offset=${offset}&limit=${limit}` + (action ? `&action=${encodeURIComponent(action)}` : '')),
}

export const server = {
  settings: () => call<t.ConsoleSettings>('/console.json'),
  ready: () => fetch('/health/ready').then((response) => response.ok),
  /** Such as `1.0.0`, and the commit that it was built from. */
  version: async () => {
    const [, commit = '', version = ''] = /^(\S+) ServerlessRosa \((.*)\)$/m.exec(await call<string>('/version.txt')) ?? []
    return { version, commit: commit === '-' ? '' : commit }
  },
  config: () => call<t.PublicConfig>(at`config/public`),
  /** The time makes it an address of its own, which browsers may keep. */
  imageAddress: (key: t.ImageKey, setAt: string) => at`config/public/${key}` + `?ts=${Date.parse(setAt)}`,
  setConfig: (key: string, value: unknown) => post(at`config/${key}`, { json: value }),
  setImage: (key: t.ImageKey, file: File) =>
    post(at`config/${key}`, { file: { content: file, type: file.type || 'application/octet-stream' }, onProgress: () => undefined }),
  unsetConfig: (key: string) => remove(at`config/${key}`),
  /** Undefined as long as nobody has chosen. */
  usageReports: () =>
    call<{ value: t.UsageReports }>(at`config/analytics`).then(
      ({ value }) => value,
      (e: unknown) => {
        if (e instanceof ApiError && e.status === 404) return undefined
        throw e
      },
    ),
}
