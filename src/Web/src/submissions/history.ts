import type { Audit, Comment, ReviewState, SubmissionDifference } from '../api'
import { noTexts, type FormTexts } from '../forms/formTexts'
import { t, type MessageKey } from '../i18n'

export const editAction = 'submission.update.version'

/** A line of a submission's history: a comment, or what was done and, of an edit, what it changed. */
export interface HistoryEvent {
  at: string
  who: string | undefined
  what: string
  comment: boolean
  changes: Change[]
}

export interface Change {
  path: (string | number)[]
  old: string
  new: string
}

const texts: Record<string, MessageKey> = {
  'submission.create': 'history.created',
  [editAction]: 'history.edited',
  'submission.attachment.update': 'history.file',
  'submission.delete': 'history.deleted',
  'submission.restore': 'history.restored',
}

/** Newest first. */
export function historyOf(
  comments: Comment[],
  audits: Audit[],
  diffs: Record<string, SubmissionDifference[]>,
  texts = noTexts,
): HistoryEvent[] {
  const said = comments.map((one) => ({ at: one.createdAt, who: one.actor?.displayName, what: one.body, comment: true, changes: [] }))
  const done = audits.map((one) => ({
    at: one.loggedAt,
    who: one.actor?.displayName,
    what: action(one),
    comment: false,
    changes: one.action === editAction ? changes(diffs[detail(one, 'instanceId')] ?? [], texts) : [],
  }))
  return [...said, ...done].sort((a, b) => b.at.localeCompare(a.at))
}

function action(audit: Audit): string {
  const state = audit.action === 'submission.update' ? detail(audit, 'reviewState') || 'received' : ''
  if (state) return t('history.reviewed', { state: t(`review.${state as ReviewState}`) })
  const key = texts[audit.action]
  return key ? t(key, { name: detail(audit, 'name') }) : audit.action
}

function detail({ details }: Audit, name: string): string {
  const value = typeof details === 'object' && details !== null ? (details as Record<string, unknown>)[name] : undefined
  return value === undefined || value === null ? '' : String(value)
}

/** Without the ids that every edit changes. */
export function changes(differences: SubmissionDifference[], texts = noTexts): Change[] {
  return differences
    .filter(({ path }) => !(path[0] === 'meta' && (path[1] === 'instanceID' || path[1] === 'deprecatedID')))
    .map(({ path, old, new: now }) => {
      const name = path.filter((step) => typeof step === 'string').join('/')
      const said = (value: unknown) => (typeof value === 'string' ? (texts.choice(name, value) ?? value) : flat(value))
      return { path, old: said(old), new: said(now) }
    })
}

/** What was added or removed as a whole, such as the round of a repeat, in one line. */
function flat(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map(flat).join('; ')
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(([name, inner]) => `${name}: ${flat(inner)}`)
    .join(', ')
}

/** `plot 2 / leaf` of `['plot', 1, 'leaf']`, with the labels that the form has. */
export function pathText(path: (string | number)[], texts: FormTexts = noTexts): string {
  let name = ''
  const said = path.map((step) => {
    if (typeof step === 'number') return ` ${step + 1}`
    name += `/${step}`
    return ` / ${texts.label(name) ?? step}`
  })
  return said.join('').slice(3)
}
