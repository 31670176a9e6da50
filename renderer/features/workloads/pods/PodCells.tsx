import type { PodRow } from '#shared/contract/pods.ts'
import {
  formatBytes,
  formatCores,
  Status,
  StatusGlyph,
  toneOfUse,
  UseBar,
  type StatusKind,
} from '../../../kit/index.ts'
import { latestUse, miniBars, type PodFigures } from './podMetrics.ts'
import { splitPodName } from './podName.ts'

export function PodStatus({ row }: { row: PodRow }) {
  const kind: StatusKind = row.health
  return (
    <span title={row.reason || row.status} className="workloads-status">
      <Status status={kind}>{row.status}</Status>
    </span>
  )
}

/**
 * The part shared with its siblings dimmed, and cut at its beginning where there is no room: what tells pods apart stays in
 * sight. The whole name is what is read aloud and copied.
 */
export function PodName({ row }: { row: PodRow }) {
  const { stem, ending } = splitPodName(row.name, row.owner?.name)
  return (
    <span className="mono workloads-name" title={row.name}>
      <span className="dim" dir="rtl">
        <bdi dir="ltr">{stem}</bdi>
      </span>
      <span>{ending}</span>
    </span>
  )
}

export interface UseCellProps {
  row: PodRow
  figures: PodFigures
  figure: 'cpu' | 'memory'
  now: number
  /** Beside the drawer the name needs the room. */
  isNarrow: boolean
}

/** Bars of the last hour, use against request and limit, and the figure; a dash where the pod was not measured. */
export function UseCell({ row, figures, figure, now, isNarrow }: UseCellProps) {
  if (figures.unavailable?.code === 'METRICS_FORBIDDEN') {
    return (
      <span className="workloads-no-access">
        <StatusGlyph status="noAccess" size={13} /> No access
      </span>
    )
  }
  const samples = figures.byPod.get(row.name)
  const use = latestUse(samples, now, figures.intervalMs)?.[figure]
  const limit = row.limits[figure]
  const tone = use !== undefined && limit ? toneOfUse(use / limit) : 'normal'
  const write = figure === 'cpu' ? formatCores : formatBytes
  const title = describe(row, figure, write)
  return (
    <span className="workloads-use" title={title}>
      <MiniBars values={samples ? miniBars(samples, figure, now) : []} />
      {use === undefined ? (
        <span className="workloads-no-use" style={{ width: isNarrow ? 36 : 48 }}>
          –
        </span>
      ) : (
        <UseBar
          used={use}
          limit={limit}
          request={row.requests[figure]}
          label={`${figure === 'cpu' ? 'CPU' : 'Memory'} of ${row.name}`}
          width={isNarrow ? 36 : 48}
        />
      )}
      <span className={`workloads-figure workloads-figure-${tone}`}>{use === undefined ? '' : write(use)}</span>
    </span>
  )
}

function describe(row: PodRow, figure: 'cpu' | 'memory', write: (value: number) => string): string {
  const part = (word: string, value: number | undefined) =>
    value === undefined ? `no ${word}` : `${word} ${write(value)}`
  return `${part('request', row.requests[figure])}, ${part('limit', row.limits[figure])}`
}

const barWidth = 3
const barHeight = 12

/** Twelve five-minute means; a gap where nothing was measured. */
function MiniBars({ values }: { values: readonly (number | null)[] }) {
  const highest = Math.max(...values.map((value) => value ?? 0), 0)
  const bars = values.map((value, index) => {
    if (value === null) return ''
    const height = highest === 0 ? 1 : Math.max(1, (value / highest) * barHeight)
    return `M${index * (barWidth + 1)} ${barHeight}v-${height.toFixed(1)}h${barWidth}V${barHeight}z`
  })
  return (
    <svg className="workloads-bars" width={12 * (barWidth + 1)} height={barHeight} aria-hidden>
      <path className="workloads-bars-base" d={`M0 ${barHeight - 0.5}H${12 * (barWidth + 1) - 1}`} />
      <path d={bars.join('')} />
    </svg>
  )
}
