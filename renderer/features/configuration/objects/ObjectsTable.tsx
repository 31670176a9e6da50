import { useCallback, useMemo, useState, type ReactNode } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { ConfigurationRow, EditableKind } from '#shared/contract/configuration.ts'
import { setParameters, useParameters } from '../../../app/index.ts'
import { DataTable, EmptyState, ErrorState, FilterField, plural, StaleChip, type Column } from '../../../kit/index.ts'
import { draftKey, useDrafts } from './drafts.ts'
import type { Fresh } from '../useFresh.ts'

export interface ObjectsTableProps {
  scope: Scope
  kinds: readonly EditableKind[]
  objects: Fresh<ConfigurationRow[]>
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
  const ofKind = useMemo(() => value?.filter((row) => kinds.includes(row.kind)) ?? [], [value, kinds])
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
      <div className="configuration-table">
        <DataTable
          label={label}
          rows={shown}
          columns={all}
          rowId={rowId}
          isPrimary
          isLoading={!value}
          isStale={staleSince !== undefined}
          empty={<EmptyState title={`No ${what} in this namespace`}>Deploying the suite brings them.</EmptyState>}
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
          {shown.length === ofKind.length
            ? plural(ofKind.length, what)
            : `${shown.length} of ${plural(ofKind.length, what)}`}
        </span>
      </div>
      {activeRow ? details(activeRow, close) : null}
    </>
  )
}

function matches(row: ConfigurationRow, filter: string): boolean {
  const wanted = filter.trim().toLowerCase()
  return [row.kind, row.name, ...row.keys, ...row.usedBy].some((text) => text.toLowerCase().includes(wanted))
}
