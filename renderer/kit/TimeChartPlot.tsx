import { Area, CartesianGrid, ComposedChart, Line, ReferenceDot, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'
import { niceTop } from './chartGeometry.ts'
import { formatClock, formatMinute } from './times.ts'
import type { Series, TimeChartProps } from './timeChartTypes.ts'

const axisWidth = 44
const axisHeight = 18
const margin = { top: 8, right: 6, bottom: 0, left: 0 }
const tick = { fontSize: 'var(--size-axis)', fill: 'var(--t3)' }
const toneColour = { warn: 'var(--warn)', crit: 'var(--crit)', neutral: 'var(--t3)' }

/** The drawing of a time chart; apart, so that the chart library is loaded with it alone. */
export default function TimeChartPlot(props: TimeChartProps & { width: number; height: number }) {
  const { times, series, format, width, height, thresholds = [], markers = [] } = props
  const top = topOf(props)
  const newest = times.at(-1) ?? 0
  const [first, last] = props.span ?? [Math.min(times[0] ?? newest, newest - 60_000), newest]
  const writeTime = last - first < 4 * 60_000 ? formatClock : formatMinute
  const data = times.map((at, index) => ({ at, values: series.map((each) => each.values[index] ?? null) }))
  return (
    <ComposedChart
      data={data}
      width={width}
      height={height}
      margin={margin}
      accessibilityLayer={false}
      aria-hidden
      className="k-chart-plot"
    >
      <CartesianGrid vertical={false} stroke="var(--grid)" syncWithTicks />
      <XAxis
        dataKey="at"
        type="number"
        domain={[first, last]}
        ticks={timeTicks(first, last, width)}
        interval={0}
        tickFormatter={writeTime}
        tick={<TimeTick />}
        axisLine={false}
        tickLine={false}
        height={axisHeight}
      />
      <YAxis
        domain={[0, top]}
        ticks={[0, top / 2, top]}
        interval={0}
        allowDataOverflow
        tickFormatter={format}
        tick={tick}
        axisLine={false}
        tickLine={false}
        tickMargin={4}
        width={axisWidth}
      />
      {series.map((each, index) => drawn(each, index))}
      {series.flatMap((each) =>
        loneValues(each.values).map((index) => (
          <ReferenceDot
            key={`${each.name} ${index}`}
            x={times[index] ?? 0}
            y={each.values[index] ?? 0}
            r={1}
            fill={`var(--s${each.colour})`}
            stroke="none"
          />
        )),
      )}
      {thresholds.map(({ title, value, tone }) => (
        <ReferenceLine
          key={title}
          y={value}
          stroke={toneColour[tone]}
          strokeDasharray="4 3"
          ifOverflow="hidden"
          label={{ value: title, position: 'insideBottomRight', offset: 3, fill: toneColour[tone], ...labelSize }}
        />
      ))}
      {markers.map(({ at, title }) => (
        <ReferenceLine
          key={at}
          x={at}
          stroke="var(--link)"
          strokeDasharray="2 3"
          ifOverflow="hidden"
          label={{ value: title, position: 'insideTopLeft', offset: 4, fill: 'var(--link)', ...labelSize }}
        />
      ))}
      <Tooltip
        isAnimationActive={false}
        filterNull={false}
        cursor={{ stroke: 'var(--line-3)' }}
        content={({ active, activeIndex }) =>
          active && activeIndex !== undefined ? <Reading {...props} index={Number(activeIndex)} /> : null
        }
      />
    </ComposedChart>
  )
}

const labelSize = { fontSize: 'var(--size-axis)' }

function topOf(props: TimeChartProps): number {
  const values = props.series.flatMap((series) => series.values.filter((value) => value !== null))
  const highest = Math.max(0, ...values, ...(props.thresholds ?? []).map((threshold) => threshold.value))
  return props.top ?? (props.niceTop ?? niceTop)(highest * 1.05)
}

/** As many times as have room, the first and the last among them. */
function timeTicks(first: number, last: number, width: number): number[] {
  const count = Math.max(2, Math.min(5, Math.floor((width - axisWidth) / 70)))
  return Array.from({ length: count }, (_, index) => first + ((last - first) * index) / (count - 1))
}

/** The first and the last time keep inside the chart. */
function TimeTick(props: {
  x?: number | string
  y?: number | string
  index?: number
  visibleTicksCount?: number
  payload?: { value: number }
  tickFormatter?: (value: number) => string
}) {
  const { index = 0, visibleTicksCount = 0, payload, tickFormatter } = props
  const anchor = index === 0 ? 'start' : index === visibleTicksCount - 1 ? 'end' : 'middle'
  return (
    <text x={props.x} y={Number(props.y) + 7} textAnchor={anchor} fill={tick.fill} fontSize={tick.fontSize}>
      {payload ? tickFormatter?.(payload.value) : ''}
    </text>
  )
}

/** Nothing moves: a live chart that glides to each new value never stands still. Gaps are never joined. */
const still = { type: 'linear', isAnimationActive: false, connectNulls: false, dot: false, activeDot: false } as const

function drawn(series: Series, index: number) {
  const colour = `var(--s${series.colour})`
  const shape = {
    ...still,
    dataKey: (point: { values: readonly (number | null)[] }) => point.values[index] ?? null,
    name: series.name,
    stroke: colour,
    strokeWidth: 1.4,
    ...(series.isDashed && { strokeDasharray: '4 3' }),
  }
  return series.isFilled ? (
    <Area key={series.name} {...shape} fill={colour} fillOpacity={0.12} />
  ) : (
    <Line key={series.name} {...shape} strokeLinecap="round" />
  )
}

/** Values between two gaps: a line through one point cannot be seen. */
function loneValues(values: readonly (number | null)[]): number[] {
  const isMissing = (index: number) => (values[index] ?? null) === null
  return values.flatMap((_, index) =>
    !isMissing(index) && isMissing(index - 1) && isMissing(index + 1) ? [index] : [],
  )
}

function Reading({ times, series, format, index }: TimeChartProps & { index: number }) {
  return (
    <div className="k-chart-reading">
      <span className="dim">{formatClock(times[index] ?? 0)}</span>
      {series.map((each) => {
        const value = each.values[index]
        return (
          <span key={each.name}>
            <i
              className={each.isDashed ? 'k-chart-mark k-chart-mark-dashed' : 'k-chart-mark'}
              style={{ color: `var(--s${each.colour})` }}
            />{' '}
            {each.name} <b>{value === null || value === undefined ? 'no data' : format(value)}</b>
          </span>
        )
      })}
    </div>
  )
}
