import { useMemo, useState } from 'react'
import type { PodRow } from '#shared/contract/pods.ts'
import type { Sample } from '#shared/contract/metrics.ts'
import { formatBytes, formatCores, niceBytesTop, Segments, TimeChart } from '../../../kit/index.ts'
import type { PodFigures } from './podMetrics.ts'

/** Milliseconds; what the title says. */
const hour = 3_600_000

/** One pod's last hour against its request and limit. */
export function PodChart({ row, figures }: { row: PodRow; figures: PodFigures }) {
  const [figure, setFigure] = useState<'memory' | 'cpu'>('memory')
  const samples = figures.byPod.get(row.name)
  const drawn = useMemo(() => withGaps(samples ?? [], figures.intervalMs), [samples, figures.intervalMs])
  const newest = drawn.at(-1)?.at ?? 0
  const [limit, request] = [row.limits[figure], row.requests[figure]]
  const write = figure === 'memory' ? formatBytes : formatCores
  const highest = Math.max(limit ?? 0, request ?? 0, ...drawn.map((sample) => sample[figure] ?? 0)) * 1.1
  return (
    <>
      <div className="pod-title">
        <span>{figure === 'memory' ? 'Memory' : 'CPU'}, last hour</span>
        <Segments
          label="Figure"
          value={figure}
          options={[
            { value: 'memory', title: 'Memory' },
            { value: 'cpu', title: 'CPU' },
          ]}
          onChange={setFigure}
        />
      </div>
      {drawn.length < 2 ? (
        <p className="note">
          {figures.unavailable?.message ?? 'No figures yet. The first ones come within a minute of its start.'}
        </p>
      ) : (
        <TimeChart
          label={`${figure === 'memory' ? 'Memory' : 'CPU'} of ${row.name}`}
          times={drawn.map((sample) => sample.at)}
          span={[newest - hour, newest]}
          series={[
            {
              name: figure === 'memory' ? 'working set' : 'used',
              colour: 4,
              values: drawn.map((sample) => sample[figure]),
              isFilled: true,
            },
          ]}
          format={write}
          {...(highest > 0 && { top: figure === 'memory' ? niceBytesTop(highest) : highest })}
          thresholds={[
            ...(limit === undefined ? [] : [{ value: limit, title: `limit ${write(limit)}`, tone: 'crit' as const }]),
            ...(request === undefined
              ? []
              : [{ value: request, title: `request ${write(request)}`, tone: 'neutral' as const }]),
          ]}
          height={130}
        />
      )}
    </>
  )
}

interface Drawn {
  at: number
  cpu: number | null
  memory: number | null
}

/** Puts a gap where measurements are missing for longer than three intervals: the chart must not join what was not seen. */
export function withGaps(samples: readonly Sample[], intervalMs: number): Drawn[] {
  const drawn: Drawn[] = []
  for (const sample of samples) {
    const before = drawn.at(-1)
    if (before && sample.at - before.at > intervalMs * 3)
      drawn.push({ at: before.at + intervalMs, cpu: null, memory: null })
    drawn.push(sample)
  }
  return drawn
}
