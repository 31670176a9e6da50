import { History } from 'lucide-react'
import { useMemo } from 'react'
import type { Fault, Scope } from '#shared/contract/base.ts'
import type { ReleaseRow } from '#shared/contract/releases.ts'
import { setParameters, useParameters } from '../../../app/index.ts'
import type { CallState } from '../../../client/index.ts'
import { Banner, Button, DataTable, EmptyState, ErrorState, LoadingState, Panel } from '../../../kit/index.ts'
import { releaseColumns } from './releaseColumns.tsx'
import { ReleaseDetail } from './ReleaseDetail.tsx'
import './releases.css'

export interface ReleasesViewProps {
  scope: Scope
  releases: CallState<ReleaseRow[]>
  /** Why nothing can be rolled back now. */
  blocked: string | undefined
  /** The release whose plan is being made. */
  planning: string | null
  fault: Fault | undefined
  onRollBack: (row: ReleaseRow) => void
}

const idOf = (row: ReleaseRow) => row.id

/** What the cluster keeps of earlier deployments, and below it the one that is selected with what it changed. */
export function ReleasesView({ scope, releases, blocked, planning, fault, onRollBack }: ReleasesViewProps) {
  const asked = useParameters('deploy').release
  const rows = useMemo(() => releases.value ?? [], [releases.value])
  const selected = rows.find((row) => row.id === asked) ?? rows.find((row) => row.isCurrent) ?? rows[0]
  const columns = useMemo(() => releaseColumns({ blocked, planning, onRollBack }), [blocked, planning, onRollBack])
  if (!releases.value) {
    return (
      <div className="deploy-body">
        {releases.error ? (
          <ErrorState fault={releases.error} title="The releases could not be read" onRetry={releases.reload} />
        ) : (
          <LoadingState rows={6} label="Loading releases" />
        )}
      </div>
    )
  }
  if (rows.length === 0) {
    return (
      <EmptyState
        isLarge
        icon={History}
        title={`No release in ${scope.namespace} yet`}
        actions={<Button onClick={() => setParameters('deploy', { view: 'plan' })}>Plan the first one</Button>}
      >
        Every deployment is recorded in the cluster: who, when, with which values, and what it applied. From then on it
        can be compared and rolled back to from any console.
      </EmptyState>
    )
  }
  return (
    <div className="deploy-body releases">
      {fault ? (
        <Banner tone="crit" title="The plan for going back could not be made.">
          {fault.message}
        </Banner>
      ) : null}
      {releases.error ? (
        <Banner
          tone="warn"
          title="The list could not be read again."
          aside={
            <Button size="small" onClick={releases.reload}>
              Try again
            </Button>
          }
        >
          {releases.error.message}
        </Banner>
      ) : null}
      <div className="releases-list" style={{ height: Math.min(rows.length, 10) * 28 + 32 }}>
        <Panel isFlush label="Releases">
          <DataTable
            label="Releases"
            rows={rows}
            columns={columns}
            rowId={idOf}
            active={selected?.id ?? null}
            onActivate={(id) => setParameters('deploy', { release: id ?? undefined })}
            isPrimary
            isStale={releases.error !== undefined}
          />
        </Panel>
      </div>
      {selected ? <ReleaseDetail key={selected.id} scope={scope} row={selected} rows={rows} /> : null}
    </div>
  )
}
