import type { Scope } from '#shared/contract/base.ts'
import type { PodBatch, PodRow } from '#shared/contract/pods.ts'
import { navigate } from '../../../app/index.ts'
import { useFoldedStream } from '../../../client/index.ts'
import { ageOf, formatAge, StatusGlyph, useNow } from '../../../kit/index.ts'
import { belongsTo, type workloadsOf } from '../deployView.ts'

/** The pods a stage waits for, live. */
export function StagePods({ scope, workloads }: { scope: Scope; workloads: ReturnType<typeof workloadsOf> }) {
  const now = useNow(1_000)
  const { value } = useFoldedStream<PodBatch, ReadonlyMap<string, PodRow>>(
    (client, signal) => client.pods.watch(scope, { signal }),
    foldRows,
    [scope.context, scope.namespace],
  )
  const rows = [...(value?.values() ?? [])]
    .filter((row) => workloads.some((workload) => belongsTo(row, workload)))
    .sort((a, b) => a.name.localeCompare(b.name))
  if (rows.length === 0) return null
  return (
    <div className="deploy-pods">
      {rows.map((row) => (
        <button
          key={row.uid}
          type="button"
          title={row.reason || row.name}
          onClick={() => navigate({ page: 'workloads', parameters: { pod: row.name } })}
        >
          <StatusGlyph status={row.health} size={13} />
          <span className="mono truncate">{row.name.replace(/^agency-swarm-/, '')}</span>
          <span className="mono dim">{row.version}</span>
          <span className="dim">
            {row.health === 'healthy' ? 'ready' : `${row.status}, ${formatAge(ageOf(row.createdAt, now))}`}
          </span>
        </button>
      ))}
    </div>
  )
}

function foldRows(before: ReadonlyMap<string, PodRow> | undefined, batch: PodBatch): ReadonlyMap<string, PodRow> {
  const rows = new Map(batch.reset ? [] : before)
  for (const row of batch.upserted) rows.set(row.uid, row)
  for (const uid of batch.removed) rows.delete(uid)
  return rows
}
