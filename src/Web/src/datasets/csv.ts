import type { EntityDraft } from '../api'

/** Rows of a CSV file (RFC 4180), with a comma, semicolon or tab between cells, whichever the first line has most of. */
export function parseCsv(content: string): string[][] {
  const input = content.replace(/^\uFEFF/, '')
  const separator = separatorOf(input)
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < input.length; i++) {
    const c = input[i]!
    if (quoted) {
      if (c !== '"') cell += c
      else if (input[i + 1] === '"') cell += input[++i]
      else quoted = false
    } else if (c === '"' && cell === '') quoted = true
    else if (c === separator) endCell()
    else if (c === '\n') endRow()
    else if (c !== '\r' || input[i + 1] !== '\n') cell += c
  }
  if (cell !== '' || row.length > 0) endRow()
  return rows.filter((cells) => cells.some((text) => text !== ''))

  function endCell() {
    row.push(cell)
    cell = ''
  }
  function endRow() {
    endCell()
    rows.push(row)
    row = []
  }
}

function separatorOf(input: string): string {
  const line = input.slice(0, input.indexOf('\n') < 0 ? undefined : input.indexOf('\n'))
  const count = (separator: string) => line.split(separator).length
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best))
}

export type EntityRows = { entities: EntityDraft[]; unknown: string[]; missing: string[] }

/** Entities of a CSV file's rows. The first row names the columns: `label` and properties of the dataset. */
export function entitiesOf(rows: string[][], properties: string[]): EntityRows {
  const [header = [], ...lines] = rows
  const names = header.map((name) => name.trim())
  const unknown = names.filter((name) => name !== 'label' && !properties.includes(name))
  const missing = names.includes('label') ? [] : ['label']
  const entities = lines.map((cells) => {
    const values = names.map((name, index) => [name, cells[index] ?? ''] as const).filter(([name]) => !unknown.includes(name))
    return {
      label: values.find(([name]) => name === 'label')?.[1] ?? '',
      data: Object.fromEntries(values.filter(([name]) => name !== 'label')),
    }
  })
  return { entities, unknown, missing }
}
