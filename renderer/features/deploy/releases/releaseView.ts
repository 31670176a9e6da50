import type { Plan } from '#shared/contract/plan.ts'
import type { ReleaseRow } from '#shared/contract/releases.ts'
import type { StatusKind } from '../../../kit/index.ts'

type SchemaState = Plan['schema']['state']

const verdicts: Record<SchemaState, { status: StatusKind; word: string }> = {
  none: { status: 'healthy', word: 'Same schema' },
  forward: { status: 'info', word: 'Migrations will run' },
  stays: { status: 'healthy', word: 'Schema stays' },
  restore: { status: 'failed', word: 'Needs a restore' },
  unknown: { status: 'unknown', word: 'Not known' },
}

/** Shape and word for what a release means to the database. */
export function verdictOf(state: SchemaState): { status: StatusKind; word: string } {
  return verdicts[state]
}

const states: Record<ReleaseRow['state'], { status: StatusKind; word: string }> = {
  applying: { status: 'progress', word: 'At work' },
  failed: { status: 'failed', word: 'Failed' },
  stopped: { status: 'paused', word: 'Stopped' },
  done: { status: 'doneBefore', word: 'Done' },
  undone: { status: 'off', word: 'Undone' },
}

/** How a release went, with the stage where it did not go through. */
export function resultOf(row: ReleaseRow): { status: StatusKind; word: string } {
  const { status, word } = states[row.state]
  if (row.isCurrent && row.state === 'done') return { status: 'healthy', word: 'Live' }
  return { status, word: row.stage && row.state !== 'done' && row.state !== 'undone' ? `${word}, ${row.stage}` : word }
}

/** Why there is no going back to a release; undefined when there is. What the database says is shown beside, and does not stop a plan. */
export function noWayBack(row: ReleaseRow): string | undefined {
  if (row.isCurrent) return 'This is the release that is live.'
  if (row.state === 'applying') return 'It is being deployed now.'
  if (row.state !== 'done') return 'It was never deployed as a whole, so there is nothing to go back to.'
  return undefined
}

/** The release that was live before this one (newest first); one that was undone or never came to its end changed nothing for good. */
export function releaseBefore(rows: readonly ReleaseRow[], id: string): ReleaseRow | undefined {
  const at = rows.findIndex((row) => row.id === id)
  return at < 0 ? undefined : rows.slice(at + 1).find((row) => row.state === 'done')
}

/** Two releases in the order of time, so that a difference reads forwards. */
export function inOrder(rows: readonly ReleaseRow[], one: string, other: string): { from: string; to: string } {
  const place = (id: string) => rows.findIndex((row) => row.id === id)
  return place(one) > place(other) ? { from: one, to: other } : { from: other, to: one }
}
