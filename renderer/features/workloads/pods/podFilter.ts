import type { PodRow } from '#shared/contract/pods.ts'

/** What a chip above the table stands for. Terminating and finished pods are neither failing nor ready. */
export type PodGroup = 'failing' | 'starting' | 'ready' | 'ended'

export const podGroups: readonly { id: PodGroup; word: string }[] = [
  { id: 'failing', word: 'failing' },
  { id: 'starting', word: 'starting' },
  { id: 'ready', word: 'ready' },
  { id: 'ended', word: 'ended' },
]

export function podGroup(row: PodRow): PodGroup {
  if (row.health === 'failed') return 'failing'
  if (row.health === 'off') return 'ended'
  if (row.health === 'healthy') return 'ready'
  if (row.health === 'warning') return row.ready === row.containers.length ? 'ready' : 'failing'
  return 'starting'
}

/** One condition of the filter field: `node:pe1-a1`, or free text where the field is empty. */
export interface FilterToken {
  field: '' | FilterField
  text: string
}

const filterFields = ['status', 'service', 'node', 'version', 'image', 'owner'] as const
type FilterField = (typeof filterFields)[number]

/** Reads what was typed: `node:a1` is a token of a known field, anything else is text looked for in name, status and service. */
export function parseToken(typed: string): FilterToken | null {
  const text = typed.trim()
  if (!text) return null
  const colon = text.indexOf(':')
  const field = filterFields.find((name) => name === text.slice(0, colon).toLowerCase())
  if (colon > 0 && field) return colon === text.length - 1 ? null : { field, text: text.slice(colon + 1).trim() }
  return { field: '', text }
}

const valueOf: Record<FilterField, (row: PodRow) => string> = {
  status: (row) => row.status,
  service: (row) => row.service,
  node: (row) => row.node,
  version: (row) => row.version,
  image: (row) => row.image,
  owner: (row) => row.owner?.name ?? '',
}

const found = (value: string, text: string) => value.toLowerCase().includes(text.toLowerCase())

function matchesToken(row: PodRow, token: FilterToken): boolean {
  if (token.field) return found(valueOf[token.field](row), token.text)
  return [row.name, row.status, row.service].some((value) => found(value, token.text))
}

/** Tokens of one field are alternatives, different fields narrow; an empty set of groups means all of them. */
export function filterPods(
  rows: readonly PodRow[],
  tokens: readonly FilterToken[],
  groups: ReadonlySet<PodGroup>,
): readonly PodRow[] {
  if (tokens.length === 0 && groups.size === 0) return rows
  const fields = [...new Set(tokens.map((token) => token.field))].map((field) => ({
    field,
    tokens: tokens.filter((token) => token.field === field),
  }))
  const out: PodRow[] = []
  for (const row of rows) {
    if (groups.size > 0 && !groups.has(podGroup(row))) continue
    const passes = fields.every(({ field, tokens: same }) =>
      field ? same.some((token) => matchesToken(row, token)) : same.every((token) => matchesToken(row, token)),
    )
    if (passes) out.push(row)
  }
  return out
}
