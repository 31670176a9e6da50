import type { Cluster } from '#shared/contract/clusters.ts'
import { navigate, reportError } from '../../app/index.ts'
import { useCommand } from '../../client/index.ts'
import { Button, EmptyState, EnvironmentMark, Panel, plural, StatusGlyph, useNow } from '../../kit/index.ts'
import { attention, type AttentionItem } from './facts.ts'

/** What needs a person, most urgent first. */
export function AttentionPanel({ clusters }: { clusters: readonly Cluster[] }) {
  const now = useNow(60_000)
  const items = attention(clusters, now)
  return (
    <Panel
      title="Needs attention"
      aside={items.length === 0 ? null : `${plural(items.length, 'item')}, most urgent first`}
      isFlush
      isScrolling
    >
      {items.length === 0 ? (
        <EmptyState title="Nothing needs you now">
          Every cluster that can be reached is healthy, and where the suite runs it is backed up.
        </EmptyState>
      ) : (
        <ul className="fleet-attention">
          {items.map((item) => (
            <AttentionRow key={item.id} item={item} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function AttentionRow({ item }: { item: AttentionItem }) {
  const { cluster, step } = item
  const check = useCommand(
    (client) => client.clusters.check({ cluster: cluster.id }),
    (fault) => reportError(fault, `${cluster.name} was not checked.`),
  )
  const go = () => (step.page === undefined ? void check.run() : navigate({ page: step.page, cluster: cluster.id }))
  return (
    <li>
      <StatusGlyph status={item.status} size={15} />
      <div className="fleet-attention-text">
        <div className="truncate">
          <EnvironmentMark environment={cluster.environment} /> <b>{cluster.name}</b> {item.title}
        </div>
        {item.detail === '' ? null : (
          <div className="note truncate" title={item.detail}>
            {item.detail}
          </div>
        )}
      </div>
      <Button size="small" busy={check.isBusy} onClick={go}>
        {step.title}
      </Button>
    </li>
  )
}
