import { useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { EventRow } from '#shared/contract/events.ts'
import { useStream, viewOfList } from '../../client/index.ts'
import {
  EmptyState,
  ErrorState,
  formatClock,
  formatMoment,
  LoadingState,
  Panel,
  Segments,
  StaleChip,
  StatusGlyph,
  type StatusKind,
} from '../../kit/index.ts'
import { shortName } from './statusWords.ts'

const most = 100
const choices = [
  { value: 'all', title: 'All' },
  { value: 'warnings', title: 'Warnings' },
] as const

/** What the cluster reports about the namespace, newest first. */
export function EventsPanel({ scope }: { scope: Scope }) {
  const events = useStream((client, signal) => client.events.watch(scope, { signal }), [scope.context, scope.namespace])
  const [choice, setChoice] = useState<'all' | 'warnings'>('all')
  const view = viewOfList(events, events.value?.feed, events.value?.rows.length ?? 0)
  const staleSince = view.state === 'shown' ? view.staleSince : undefined
  const rows = (events.value?.rows ?? [])
    .filter((row) => choice === 'all' || row.type === 'Warning')
    .sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0))
    .slice(0, most)
  return (
    <Panel
      title="Events"
      isFlush
      isScrolling
      isStale={staleSince !== undefined}
      aside={
        <>
          {staleSince === undefined ? null : <StaleChip since={staleSince} />}
          <Segments label="Which events" value={choice} options={choices} onChange={setChoice} />
        </>
      }
    >
      {view.state === 'unknown' ? (
        <ErrorState fault={view.fault} onRetry={events.retry} />
      ) : view.state === 'loading' ? (
        <LoadingState rows={5} />
      ) : rows.length === 0 ? (
        <EmptyState title={choice === 'all' ? 'No events' : 'No warnings'}>
          The cluster keeps events for an hour by default.
        </EmptyState>
      ) : (
        <ul className="overview-events">
          {rows.map((row) => (
            <EventItem key={row.uid} row={row} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function EventItem({ row }: { row: EventRow }) {
  return (
    <li>
      <time title={formatMoment(row.lastAt)}>{formatClock(row.lastAt)}</time>
      <StatusGlyph status={statusOfEvent(row)} size={14} />
      <div className="selectable" title={`${row.reason}: ${row.message}`}>
        <span className={row.type === 'Warning' ? 'strong' : ''}>{row.message}</span>
        <div className="note truncate">
          {row.reason} · {row.about.kind} <code>{shortName(row.about.name)}</code>
          {row.count > 1 ? ` · ${row.count} ×` : ''}
        </div>
      </div>
    </li>
  )
}

function statusOfEvent(row: EventRow): StatusKind {
  if (row.type === 'Warning') return /fail|kill|error|backoff/i.test(row.reason) ? 'failed' : 'warning'
  return /^(Started|Completed|SuccessfulCreate)$/.test(row.reason) ? 'healthy' : 'info'
}
