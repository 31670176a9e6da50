import { lazy, Suspense } from 'react'
import { formatMinute, zoneAt } from './times.ts'
import type { TimeChartProps } from './timeChartTypes.ts'
import { useWidth } from './useSize.ts'
import './TimeChart.css'

// The chart library is as large as the rest of the page: it comes when the first chart is on screen.
const TimeChartPlot = lazy(() => import('./TimeChartPlot.tsx'))

/** A live chart over time: axis with units, thresholds, markers, gaps. */
export function TimeChart({ height = 120, ...props }: TimeChartProps) {
  const [box, width] = useWidth<HTMLElement>(320)
  return (
    <figure ref={box} className="k-chart" style={{ height }} role="img" aria-label={summary(props)}>
      <Suspense fallback={null}>
        <TimeChartPlot {...props} width={width} height={height} />
      </Suspense>
    </figure>
  )
}

/** What the chart shows in words: its span and the newest value of each series. */
function summary({ label, series, format, times }: TimeChartProps): string {
  if (times.length === 0) return `${label}: no data yet`
  const newest = series.map((each) => {
    const value = each.values.findLast((candidate) => candidate !== null)
    return `${each.name} ${value === null || value === undefined ? 'no data' : format(value)}`
  })
  return `${label}, ${formatMinute(times[0] ?? 0)} to ${formatMinute(times.at(-1) ?? 0)} ${zoneAt(times.at(-1) ?? 0)}, now ${newest.join(', ')}`
}
