import { useState } from 'react'
import { line, niceTop, runs, type Point } from './chartGeometry.ts'
import { formatClock, formatMinute } from './formats.ts'
import { useWidth } from './useSize.ts'
import './TimeChart.css'

interface Series {
  name: string
  /** 1 to 8: a series colour, never a status colour. */
  colour: number
  /** One value per time; null is a gap, never joined. */
  values: readonly (number | null)[]
  isDashed?: boolean
  /** A tint below the line. */
  isFilled?: boolean
}

export interface TimeChartProps {
  /** What it shows, for screen readers; the newest values are added. */
  label: string
  /** Milliseconds since 1970, ascending. */
  times: readonly number[]
  series: readonly Series[]
  /** Writes a value with its unit, for the axis and the reading. */
  format: (value: number) => string
  /** Top of the axis; a round number above the highest value when not given. */
  top?: number
  niceTop?: (value: number) => number
  /** Dashed lines: limits and alert thresholds. */
  thresholds?: readonly { value: number; title: string; tone: 'warn' | 'crit' | 'neutral' }[]
  /** Dotted vertical lines: a deploy, a restore. */
  markers?: readonly { at: number; title: string }[]
  height?: number
}

const left = 44
const right = 6
const upper = 8
const lower = 18

/** A live chart over time: axis with units, thresholds, markers, gaps. Times are UTC. */
export function TimeChart({ height = 120, ...props }: TimeChartProps) {
  const [box, width] = useWidth<HTMLElement>(320)
  const [hovered, setHovered] = useState<number | null>(null)
  const scale = scaleOf(props, width, height)
  const index = hovered === null ? null : nearest(props.times, scale.timeAt(hovered))
  return (
    <figure ref={box} className="k-chart" role="img" aria-label={summary(props)}>
      <svg
        width={width}
        height={height}
        aria-hidden
        onPointerMove={(event) => setHovered(event.nativeEvent.offsetX)}
        onPointerLeave={() => setHovered(null)}
      >
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line
              className="k-chart-grid"
              x1={left}
              x2={width - right}
              y1={scale.y(scale.top * part)}
              y2={scale.y(scale.top * part)}
            />
            <text className="k-chart-tick" x={left - 6} y={scale.y(scale.top * part) + 3.5} textAnchor="end">
              {props.format(scale.top * part)}
            </text>
          </g>
        ))}
        <TimeAxis scale={scale} width={width} height={height} />
        {props.series.map((series) => (
          <SeriesPath key={series.name} series={series} times={props.times} scale={scale} bottom={height - lower} />
        ))}
        {(props.thresholds ?? []).map((threshold) => (
          <g key={threshold.title} className={`k-chart-threshold k-chart-${threshold.tone}`}>
            <line x1={left} x2={width - right} y1={scale.y(threshold.value)} y2={scale.y(threshold.value)} />
            <text x={width - right} y={scale.y(threshold.value) - 4} textAnchor="end">
              {threshold.title}
            </text>
          </g>
        ))}
        {(props.markers ?? []).map((marker) => (
          <g key={marker.at} className="k-chart-marker">
            <line x1={scale.x(marker.at)} x2={scale.x(marker.at)} y1={upper} y2={height - lower} />
            <text x={scale.x(marker.at) + 4} y={upper + 7}>
              {marker.title}
            </text>
          </g>
        ))}
        {index === null ? null : (
          <line
            className="k-chart-cursor"
            x1={scale.x(props.times[index] ?? 0)}
            x2={scale.x(props.times[index] ?? 0)}
            y1={upper}
            y2={height - lower}
          />
        )}
      </svg>
      {index === null ? null : (
        <Reading {...props} index={index} isLeft={scale.x(props.times[index] ?? 0) > width / 2} />
      )}
    </figure>
  )
}

interface Scale {
  top: number
  first: number
  last: number
  x: (time: number) => number
  y: (value: number) => number
  timeAt: (x: number) => number
}

function scaleOf(props: TimeChartProps, width: number, height: number): Scale {
  const values = props.series.flatMap((series) => series.values.filter((value) => value !== null))
  const highest = Math.max(0, ...values, ...(props.thresholds ?? []).map((threshold) => threshold.value))
  const top = props.top ?? (props.niceTop ?? niceTop)(highest * 1.05)
  const last = props.times.at(-1) ?? 0
  const first = Math.min(props.times[0] ?? last, last - 60_000)
  const span = width - left - right
  return {
    top,
    first,
    last,
    x: (time) => left + ((time - first) / (last - first)) * span,
    y: (value) => height - lower - (Math.min(value, top) / top) * (height - upper - lower),
    timeAt: (x) => first + ((x - left) / span) * (last - first),
  }
}

function nearest(times: readonly number[], time: number): number | null {
  if (times.length === 0) return null
  const after = times.findIndex((candidate) => candidate >= time)
  if (after < 0) return times.length - 1
  if (after === 0) return 0
  return time - (times[after - 1] ?? 0) < (times[after] ?? 0) - time ? after - 1 : after
}

function TimeAxis({ scale, width, height }: { scale: Scale; width: number; height: number }) {
  const count = Math.max(2, Math.min(5, Math.floor((width - left) / 70)))
  const isShort = scale.last - scale.first < 4 * 60_000
  return Array.from({ length: count }, (_, index) => {
    const time = scale.first + ((scale.last - scale.first) * index) / (count - 1)
    return (
      <text
        key={index}
        className="k-chart-tick"
        x={scale.x(time)}
        y={height - 4}
        textAnchor={index === 0 ? 'start' : index === count - 1 ? 'end' : 'middle'}
      >
        {isShort ? formatClock(time) : formatMinute(time)}
      </text>
    )
  })
}

function SeriesPath({
  series,
  times,
  scale,
  bottom,
}: {
  series: Series
  times: readonly number[]
  scale: Scale
  bottom: number
}) {
  const points: (Point | null)[] = times.map((time, index) => {
    const value = series.values[index]
    return value === null || value === undefined ? null : { x: scale.x(time), y: scale.y(value) }
  })
  const stroke = `var(--s${series.colour})`
  return runs(points).map((run, index) => (
    <g key={index}>
      {series.isFilled ? (
        <path
          className="k-chart-area"
          style={{ fill: stroke }}
          d={`M${run[0]?.x ?? 0} ${bottom}${line(run, 'L')}L${run.at(-1)?.x ?? 0} ${bottom}Z`}
        />
      ) : null}
      <path
        className={series.isDashed ? 'k-chart-line k-chart-dashed' : 'k-chart-line'}
        style={{ stroke }}
        d={`M${line(run, 'L').slice(1)}`}
      />
    </g>
  ))
}

function Reading({ times, series, format, index, isLeft }: TimeChartProps & { index: number; isLeft: boolean }) {
  return (
    <div className="k-chart-reading" style={isLeft ? { left: left + 6 } : { right: right + 4 }} aria-hidden>
      <span className="dim">{formatClock(times[index] ?? 0)}</span>
      {series.map((each) => {
        const value = each.values[index]
        return (
          <span key={each.name}>
            <SeriesMark colour={each.colour} isDashed={each.isDashed} /> {each.name}{' '}
            <b>{value === null || value === undefined ? 'no data' : format(value)}</b>
          </span>
        )
      })}
    </div>
  )
}

function SeriesMark({ colour, isDashed }: { colour: number; isDashed?: boolean | undefined }) {
  return (
    <i
      className={isDashed ? 'k-chart-mark k-chart-mark-dashed' : 'k-chart-mark'}
      style={{ color: `var(--s${colour})` }}
    />
  )
}

function summary({ label, series, format, times }: TimeChartProps): string {
  if (times.length === 0) return `${label}: no data yet`
  const newest = series.map((each) => {
    const value = each.values.findLast((candidate) => candidate !== null)
    return `${each.name} ${value === null || value === undefined ? 'no data' : format(value)}`
  })
  return `${label}, ${formatMinute(times[0] ?? 0)} to ${formatMinute(times.at(-1) ?? 0)} UTC, now ${newest.join(', ')}`
}
