import type { ReactNode } from 'react'
import { formatCount, plural, Status, useNow } from '../../kit/index.ts'
import { unasked, type FleetRow } from './fleetRows.ts'
import { summarise } from './summary.ts'

/** The fleet in a few figures, each counted from the rows below; a dash where nothing was counted yet. */
export function SummaryStrip({ rows }: { rows: readonly FleetRow[] }) {
  const now = useNow(60_000)
  const facts = summarise(rows, now)
  const waiting = unasked(rows)
  return (
    <section className="fleet-strip" aria-label="Summary">
      <Figure title="Reachable" value={facts.reachable} of={facts.asked}>
        {waiting > 0 ? (
          <Status status="progress">checking {plural(waiting, 'context')}</Status>
        ) : facts.unreachable.length > 0 ? (
          <Status status="unknown">
            {facts.unreachable.length === 1 ? facts.unreachable[0] : `${facts.unreachable.length} not`}
          </Status>
        ) : null}
      </Figure>
      <Figure title="Unhealthy" value={facts.unhealthy} of={facts.lookedAt}>
        {facts.lookedAt > 0 && facts.unhealthy === 0 ? <Status status="healthy">none</Status> : null}
      </Figure>
      <Figure title="Nodes ready" value={facts.nodesReady} of={facts.nodes} isCounted={facts.nodeClusters > 0} />
      <Figure title="Pods ready" value={facts.podsReady} of={facts.pods} isCounted={facts.podClusters > 0}>
        {facts.podClusters > 0 ? <span className="dim">on {plural(facts.podClusters, 'cluster')}</span> : null}
      </Figure>
      <Figure title="Verified backup in 24 h" value={facts.verified} of={facts.suites}>
        {facts.verified < facts.suites ? <Status status="warning">{facts.suites - facts.verified} not</Status> : null}
      </Figure>
      <Figure
        title={facts.newest === undefined ? 'Suite' : `On ${facts.newest}`}
        value={facts.onNewest}
        of={facts.suites}
      >
        {facts.lookedAt > 0 && facts.suites === 0 ? <span className="dim">not deployed</span> : null}
      </Figure>
    </section>
  )
}

interface FigureProps {
  title: string
  value: number
  of: number
  isCounted?: boolean
  children?: ReactNode
}

function Figure({ title, value, of, isCounted = of > 0, children }: FigureProps) {
  return (
    <div>
      <div className="dim">{title}</div>
      <div className="fleet-figure">
        {isCounted ? (
          <>
            <b>{formatCount(value)}</b>
            <span>of {formatCount(of)}</span>
          </>
        ) : (
          <span>–</span>
        )}
        <small>{children}</small>
      </div>
    </div>
  )
}
