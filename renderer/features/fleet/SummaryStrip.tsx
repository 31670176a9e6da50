import type { ReactNode } from 'react'
import type { Cluster } from '#shared/contract/clusters.ts'
import { formatCount, plural, Status, useNow } from '../../kit/index.ts'
import { summarise } from './facts.ts'

/** The fleet in a few figures, each counted from the rows below. */
export function SummaryStrip({ clusters }: { clusters: readonly Cluster[] }) {
  const now = useNow(60_000)
  const facts = summarise(clusters, now)
  return (
    <section className="fleet-strip" aria-label="Summary">
      <Figure title="Reachable" value={facts.reachable} of={facts.total}>
        {facts.unreachable.length > 0 ? (
          <Status status="unknown">
            {facts.unreachable.length === 1 ? facts.unreachable[0] : `${facts.unreachable.length} not`}
          </Status>
        ) : null}
      </Figure>
      <Figure title="Unhealthy" value={facts.unhealthy} of={facts.reachable}>
        {facts.unhealthy === 0 ? <Status status="healthy">none</Status> : null}
      </Figure>
      <Figure title="Nodes ready" value={facts.nodesReady} of={facts.nodes} />
      <Figure title="Pods ready" value={facts.podsReady} of={facts.pods}>
        {facts.podClusters > 0 ? <span className="dim">on {plural(facts.podClusters, 'cluster')}</span> : null}
      </Figure>
      <Figure title="Verified backup in 24 h" value={facts.verified} of={facts.withSuite}>
        {facts.verified < facts.withSuite ? (
          <Status status="warning">{facts.withSuite - facts.verified} not</Status>
        ) : null}
      </Figure>
      <Figure
        title={facts.newest === undefined ? 'Suite' : `On ${facts.newest}`}
        value={facts.onNewest}
        of={facts.withSuite}
      >
        {facts.withSuite === 0 ? <span className="dim">not deployed</span> : null}
      </Figure>
    </section>
  )
}

function Figure({ title, value, of, children }: { title: string; value: number; of: number; children?: ReactNode }) {
  return (
    <div>
      <div className="dim">{title}</div>
      <div className="fleet-figure">
        <b>{formatCount(value)}</b>
        <span>of {formatCount(of)}</span>
        <small>{children}</small>
      </div>
    </div>
  )
}
