import { useCallback, useMemo, useState, type ReactNode } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { ConfigurationList, ConfigurationRow, EditableKind } from '#shared/contract/configuration.ts'
import { setParameters, useParameters } from '../../../app/index.ts'
import {
  Banner,
  DataTable,
  EmptyState,
  ErrorState,
  FilterField,
  plural,
  StaleChip,
  type Column,
} from '../../../kit/index.ts'
import { draftKey, useDrafts } from './drafts.ts'
import { usersOf, valueOf } from './rowFacts.ts'
import type { Fresh } from '../useFresh.ts'

export interface ObjectsTableProps {
  scope: Scope
  kinds: readonly EditableKind[]
  objects: Fresh<ConfigurationList>
  columns: (isEdited: (row: ConfigurationRow) => boolean) => Column<ConfigurationRow>[]
  /** What the rows are, for the foot and an empty table: "object". */
  what: string
  label: string
  details: (row: ConfigurationRow, onClose: () => void) => ReactNode
}

const rowId = (row: ConfigurationRow) => `${row.kind}/${row.name}`

/** Objects of some kinds with the details of the active one beside them. */
export function ObjectsTable({ scope, kinds, objects, columns, what, label, details }: ObjectsTableProps) {
  const [filter, setFilter] = useState('')
  const active = useParameters('configuration').object ?? null
  const drafts = useDrafts((state) => state.drafts)
  const { value, error, staleSince, reload } = objects
  const { context: cluster, namespace } = scope
  const ofKind = useMemo(() => kinds.flatMap((kind) => (value && valueOf(value[kind])) ?? []), [value, kinds])
  const unread = value ? kinds.filter((kind) => valueOf(value[kind]) === undefined) : []
  const shown = useMemo(() => ofKind.filter((row) => matches(row, filter)), [ofKind, filter])
  const isEdited = useCallback(
    ({ kind, name }: ConfigurationRow) => drafts.has(draftKey({ scope: { context: cluster, namespace }, kind, name })),
    [drafts, cluster, namespace],
  )
  const all = useMemo(() => columns(isEdited), [columns, isEdited])
  const activate = useCallback((id: string | null) => setParameters('configuration', { object: id ?? undefined }), [])
  const close = useCallback(() => setParameters('configuration', { object: undefined, view: undefined }), [])
  const activeRow = ofKind.find((row) => rowId(row) === active)
  if (error && !value) return <ErrorState fault={error} onRetry={reload} />
  return (
    <>
      <div className="configuration-bar">
        <FilterField
          label={`Filter ${label.toLowerCase()}`}
          placeholder="Name, key or workload"
          value={filter}
          onChange={setFilter}
          tokens={[{ name: 'namespace', value: namespace }]}
          width={400}
        />
        {staleSince === undefined ? null : <StaleChip since={staleSince} />}
      </div>
      {value ? unread.map((kind) => <Unlisted key={kind} kind={kind} list={value[kind]} />) : null}
      <div className="configuration-table">
        <DataTable
          label={label}
          rows={shown}
          columns={all}
          rowId={rowId}
          isPrimary
          isLoading={!value}
          isStale={staleSince !== undefined}
          empty={
            unread.length === 0 ? (
              <EmptyState title={`No ${what} in this namespace`}>Deploying the suite brings them.</EmptyState>
            ) : (
              <EmptyState title={`No ${what} that could be read`} />
            )
          }
          filtered={
            ofKind.length > 0 ? { total: ofKind.length, what, filter, onClear: () => setFilter('') } : undefined
          }
          sort={{ column: 'name', isDescending: false }}
          active={active}
          onActivate={activate}
        />
      </div>
      <div className="configuration-foot">
        <span>
          {!value
            ? 'Loading'
            : shown.length === ofKind.length
              ? plural(ofKind.length, what)
              : `${shown.length} of ${plural(ofKind.length, what)}`}
          {unread.length > 0 ? `, without ${unread.map((kind) => `${kind}s`).join(' and ')}` : ''}
        </span>
      </div>
      {activeRow ? details(activeRow, close) : null}
    </>
  )
}

/** A kind that is missing from the table, and why. */
function Unlisted({ kind, list }: { kind: EditableKind; list: ConfigurationList[EditableKind] }) {
  if (list.state === 'known' || list.state === 'stale') return null
  return (
    <Banner
      tone="warn"
      status={list.state === 'forbidden' ? 'noAccess' : 'unknown'}
      title={list.state === 'forbidden' ? `Your account may not list ${kind}s.` : `${kind}s could not be listed.`}
    >
      {list.state === 'forbidden' ? 'What this namespace has of them is not shown.' : list.fault?.message}
    </Banner>
  )
}

function matches(row: ConfigurationRow, filter: string): boolean {
  const wanted = filter.trim().toLowerCase()
  return [row.kind, row.name, ...row.keys, ...usersOf(row)].some((text) => text.toLowerCase().includes(wanted))
}
