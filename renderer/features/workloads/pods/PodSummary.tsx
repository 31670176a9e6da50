import type { Scope } from '#shared/contract/base.ts'
import type { PodRow } from '#shared/contract/pods.ts'
import { setParameters } from '../../../app/index.ts'
import { Facts, formatBytes, formatCores, RelativeTime, Status, type StatusKind } from '../../../kit/index.ts'
import { EventLines } from '../EventLines.tsx'
import { PodPorts } from '../ports/PodPorts.tsx'
import { PodChart } from './PodChart.tsx'
import type { PodDetail } from './podDetail.ts'
import type { PodFigures } from './podMetrics.ts'

interface PodSummaryProps {
  scope: Scope
  row: PodRow
  detail: PodDetail
  figures: PodFigures
}

export function PodSummary({ scope, row, detail, figures }: PodSummaryProps) {
  const unmet = detail.conditions.filter((condition) => condition.status !== 'True' && condition.message)
  return (
    <>
      <Facts
        rows={[
          { name: 'Owner', value: row.owner ? `${row.owner.name} ${row.owner.kind}` : 'none: it is not started again' },
          { name: 'Node', value: <Place node={row.node} ip={row.ip} /> },
          { name: 'Image', value: <span className="mono">{row.image}</span> },
          { name: 'Requests', value: amounts(row.requests) },
          { name: 'Limits', value: amounts(row.limits) },
          { name: 'Created', value: <RelativeTime time={row.createdAt} /> },
        ]}
      />
      <PodChart row={row} figures={figures} />
      {unmet.length > 0 ? <div className="pod-title">Conditions not met</div> : null}
      {unmet.map((condition) => (
        <p key={condition.type} className="note selectable">
          {condition.type}: {condition.message}
        </p>
      ))}
      <div className="pod-title">Containers</div>
      {detail.containers.map((container) => (
        <div key={container.name} className="pod-container">
          <div>
            <Status status={statusOf(container)}>{container.name}</Status>
            {container.kind === 'container' ? null : <span className="note">{kindWords[container.kind]}</span>}
            <span className="quiet-text">{container.state}</span>
          </div>
          {container.lastState ? <p className="note selectable">Before: {container.lastState}</p> : null}
        </div>
      ))}
      <PodPorts scope={scope} row={row} containers={detail.containers} />
      <div className="pod-title">
        Latest events
        {detail.events.length > 4 ? (
          <button type="button" onClick={() => setParameters('workloads', { podTab: 'events' })}>
            All {detail.events.length}
          </button>
        ) : null}
      </div>
      <EventLines events={detail.events} most={4} />
    </>
  )
}

function Place({ node, ip }: { node: string; ip: string }) {
  return (
    <span className="mono">
      {node || 'not placed yet'} <span className="dim">{ip}</span>
    </span>
  )
}

function amounts({ cpu, memory }: PodRow['limits']): string {
  const parts = [cpu === undefined ? '' : `${formatCores(cpu)} CPU`, memory === undefined ? '' : formatBytes(memory)]
  return parts.filter(Boolean).join(', ') || 'none'
}

type Container = PodDetail['containers'][number]

const kindWords = { sidecar: 'sidecar', init: 'init container', ephemeral: 'ephemeral container' }

/** Init and ephemeral containers are not part of READY: that one is not ready is no trouble. */
function statusOf({ kind, ready }: Container): StatusKind {
  if (kind === 'init' || kind === 'ephemeral') return 'off'
  return ready ? 'healthy' : 'warning'
}
