export interface Series {
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
  /** What the axis spans, milliseconds since 1970; from the first to the last time when not given. */
  span?: readonly [number, number]
  /** Top of the axis; a round number above the highest value when not given. */
  top?: number
  niceTop?: (value: number) => number
  /** Dashed lines: limits and alert thresholds. */
  thresholds?: readonly { value: number; title: string; tone: 'warn' | 'crit' | 'neutral' }[]
  /** Dotted vertical lines: a deploy, a restore. */
  markers?: readonly { at: number; title: string }[]
  height?: number
}
