import { chooseNamespace, navigate, reportError } from '../../app/index.ts'
import { useCommand } from '../../client/index.ts'
import { Button, EmptyState, EnvironmentMark, Panel, plural, StatusGlyph, useNow } from '../../kit/index.ts'
import { attention, type AttentionItem } from './attention.ts'
import { unasked, type FleetRow } from './fleetRows.ts'

/** What needs a person, most urgent first. */
export function AttentionPanel({ rows }: { rows: readonly FleetRow[] }) {
  const now = useNow(60_000)
  const items = attention(rows, now)
  return (
    <Panel
      title="Needs attention"
      aside={items.length === 0 ? null : `${plural(items.length, 'item')}, most urgent first`}
      isFlush
      isScrolling
    >
      {items.length === 0 ? (
        <NothingFound rows={rows} />
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

/** What the empty list means: nothing was found, or nothing was looked at yet. */
function NothingFound({ rows }: { rows: readonly FleetRow[] }) {
  const waiting = unasked(rows)
  if (waiting > 0)
    return <EmptyState title={`Checking ${plural(waiting, 'context')}`}>Findings appear as clusters answer.</EmptyState>
  if (!rows.some(({ best }) => best.lookedAt !== undefined))
    return <EmptyState title="No cluster is running">Start the sandbox, or add a kubeconfig.</EmptyState>
  return (
    <EmptyState title="No open issues">
      Every cluster is healthy, and every suite has a verified backup of the last 24 hours.
    </EmptyState>
  )
}

function AttentionRow({ item }: { item: AttentionItem }) {
  const { row, step } = item
  const check = useCommand(
    (client) => client.clusters.check({ context: step.context ?? row.best.id }),
    (fault) => reportError(fault, `${row.name} was not checked.`),
  )
  const go = () => {
    if (step.page === undefined) return void check.run()
    if (step.namespace !== undefined) chooseNamespace(row.id, step.namespace)
    navigate({ page: step.page, cluster: row.best.id })
  }
  return (
    <li>
      <StatusGlyph status={item.status} size={15} />
      <div className="fleet-attention-text">
        <div className="truncate">
          <EnvironmentMark environment={row.environment} /> <b>{row.name}</b> {item.title}
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
