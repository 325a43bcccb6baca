import { ApiError } from '../api'
import { t } from '../i18n'

/** What happened, and what to try. The message of a refusal is the server's own. */
export function explain(error: unknown): { title: string; advice: string } {
  if (!(error instanceof ApiError)) return { title: t('error.unexpected'), advice: error instanceof Error ? error.message : '' }
  const title = error.message || (error.status === 0 ? t('error.offline') : t('error.status', { status: error.status }))
  const id = error.correlation ? t('error.correlation', { id: error.correlation }) : ''
  return { title, advice: [adviceFor(error.status), id].filter(Boolean).join(' ') }
}

function adviceFor(status: number): string {
  switch (status) {
    case 0:
      return t('error.tryOffline')
    case 401:
      return t('error.try401')
    case 403:
      return t('error.try403')
    case 404:
      return t('error.try404')
    case 409:
      return t('error.try409')
    case 413:
      return t('error.try413')
    case 429:
      return t('error.try429')
    default:
      return status >= 500 ? t('error.try500') : ''
  }
}


/** The warnings of a definition that may be accepted in spite of them (400.16), or undefined. */
export function warningsOf(error: unknown): string[] | undefined {
  if (!(error instanceof ApiError) || error.code !== 400.16) return undefined
  const { warnings } = error.details as { warnings: { xlsFormWarnings?: unknown[]; workflowWarnings?: unknown[] } }
  return [...(warnings.xlsFormWarnings ?? []), ...(warnings.workflowWarnings ?? [])].map(warningText)
}

function warningText(warning: unknown): string {
  if (typeof warning === 'string') return warning
  const { type, reason, details } = warning as { type?: string; reason?: string; details?: unknown }
  if (type === 'structureChanged' && Array.isArray(details)) return t('warning.structureChanged', { names: details.join(', ') })
  if (type === 'deletedFormExists') return t('warning.deletedFormExists')
  const about = typeof details === 'string' ? details : details === undefined ? '' : JSON.stringify(details)
  return [reason ?? type ?? '', about].filter(Boolean).join(': ')
}
