import type { WorkloadDetail } from '#shared/contract/rollouts.ts'
import type { WorkloadRow } from '#shared/contract/workloads.ts'
import { Banner, Facts, plural, RelativeTime } from '../../kit/index.ts'

/** How it stands, who scales it, how many may be down, and what its containers ask for. */
export function WorkloadSummary({ row, detail }: { row: WorkloadRow; detail: WorkloadDetail }) {
  const { replicas, autoscaler, budget } = detail
  return (
    <>
      {detail.isPaused ? (
        <div className="pod-reason">
          <Banner tone="warn" status="paused" title="Rollouts are paused.">
            Changes are kept and rolled out once they are resumed.
          </Banner>
        </div>
      ) : null}
      <Facts
        rows={[
          { name: 'Rollout', value: detail.rollout },
          {
            name: 'Pods',
            value: `${replicas.ready} of ${replicas.desired} ready, ${replicas.updated} up to date`,
          },
          {
            name: 'Autoscaler',
            value: autoscaler ? (
              <>
                {autoscaler.name}: {autoscaler.minimum} to {autoscaler.maximum}, wants {autoscaler.wanted}
                {autoscaler.reason === '' ? null : <div className="note">{autoscaler.reason}</div>}
              </>
            ) : (
              'none'
            ),
          },
          {
            name: 'Budget',
            value: budget ? (
              budget.allowed === 0 ? (
                <span className="workload-no-budget">{budget.name}: no pod may be taken away now</span>
              ) : (
                `${budget.name}: ${plural(budget.allowed, 'pod')} may be taken away now`
              )
            ) : (
              'none: nothing keeps pods from being taken away together'
            ),
          },
          { name: 'Revision', value: row.revision || 'not known' },
          { name: 'Created', value: <RelativeTime time={row.createdAt} /> },
        ]}
      />
      <div className="pod-title">Containers</div>
      {detail.containers.map((container) => (
        <div key={container.name} className="pod-container">
          <div>
            <b className="strong">{container.name}</b>
          </div>
          <p className="mono selectable workload-image">{container.image}</p>
          <p className="note selectable">
            Requests {amounts(container.requests)} · limits {amounts(container.limits)}
          </p>
        </div>
      ))}
    </>
  )
}

const titles: Readonly<Record<string, string>> = { cpu: 'CPU' }

function amounts(of: Readonly<Record<string, string>>): string {
  const parts = Object.entries(of).map(([name, amount]) => `${amount} ${titles[name] ?? name}`)
  return parts.join(', ') || 'none'
}
