import { line, runs } from './chartGeometry.ts'
import './Sparkline.css'

export interface SparklineProps {
  /** Null is a gap, never joined. */
  values: readonly (number | null)[]
  /** In words, for screen readers: "CPU, last hour, 120m to 340m". */
  label: string
  /** The value at the top; the largest one when not given. */
  top?: number
  width?: number
  height?: number
  tone?: 'normal' | 'high' | 'full'
}

/** A small line without axes. */
export function Sparkline({ values, label, top, width = 68, height = 20, tone = 'normal' }: SparklineProps) {
  const highest = top ?? Math.max(...values.map((value) => value ?? 0), 0)
  const points = values.map((value, index) =>
    value === null
      ? null
      : {
          x: values.length < 2 ? width : (index / (values.length - 1)) * width,
          y: height - 1 - (highest === 0 ? 0 : Math.min(1, value / highest)) * (height - 3),
        },
  )
  return (
    <svg className={`k-sparkline k-sparkline-${tone}`} width={width} height={height} role="img" aria-label={label}>
      {runs(points).map((run, index) => (
        <g key={index}>
          <path
            className="k-sparkline-area"
            d={`M${run[0]?.x ?? 0} ${height}${line(run, 'L')}L${run.at(-1)?.x ?? 0} ${height}Z`}
          />
          <path className="k-sparkline-line" d={`M${line(run, 'L').slice(1)}`} />
        </g>
      ))}
    </svg>
  )
}
