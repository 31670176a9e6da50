import { useMemo } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { Sample } from '#shared/contract/metrics.ts'
import type { ServiceNode } from '#shared/contract/services.ts'
import { useFoldedStream } from '../../client/index.ts'
import {
  EmptyState,
  ErrorState,
  formatBytes,
  formatCores,
  LoadingState,
  niceBytesTop,
  Panel,
  Sparkline,
  StaleChip,
  TimeChart,
  useNow,
} from '../../kit/index.ts'
import { joinSamples } from './joinSamples.ts'
import { rollUp, type Rollup } from './rollup.ts'
import { shortName } from './statusWords.ts'

const hour = 3_600_000

interface Measure {
  key: 'cpu' | 'memory'
  title: string
  colour: number
  format: (value: number) => string
  top?: (value: number) => number
}

const measures: readonly Measure[] = [
  { key: 'cpu', title: 'CPU', colour: 1, format: formatCores },
  { key: 'memory', title: 'Memory', colour: 3, format: formatBytes, top: niceBytesTop },
]

interface ServiceUse {
  name: string
  rollup: Rollup
}

/** CPU and memory of the namespace over the last hour, and of each service. */
export function UsePanels({ scope, nodes }: { scope: Scope; nodes: readonly ServiceNode[] }) {
  const metrics = useFoldedStream((client, signal) => client.metrics.watch(scope, { signal }), joinSamples, [
    scope.context,
    scope.namespace,
  ])
  const now = useNow(15_000)
  const { value } = metrics
  const from = now - hour
  const total = useMemo(() => (value ? rollUp(Object.values(value.pods), value.intervalMs, from) : null), [value, from])
  const services = useMemo(
    () => (value ? nodes.map((node) => measureService(node, value.pods, value.intervalMs, from)) : []),
    [value, nodes, from],
  )
  return (
    <div className="overview-use">
      {measures.map((measure) => (
        <Panel
          key={measure.key}
          title={measure.title}
          isFlush
          isScrolling
          isStale={metrics.staleSince !== undefined}
          aside={
            <>
              {metrics.staleSince === undefined ? null : <StaleChip since={metrics.staleSince} />}
              <span>
                {value ? `every ${value.intervalMs / 1000} s, ` : ''}now{' '}
                <b className="overview-now">{newest(total?.[measure.key], measure.format)}</b>
              </span>
            </>
          }
        >
          {metrics.error && !value ? (
            <ErrorState fault={metrics.error} onRetry={metrics.retry} />
          ) : value?.unavailable ? (
            <ErrorState fault={value.unavailable} onRetry={metrics.retry} />
          ) : !total ? (
            <LoadingState rows={4} />
          ) : total.times.length === 0 ? (
            <EmptyState title="No figures yet">The first ones arrive with the next measurement.</EmptyState>
          ) : (
            <UseContent measure={measure} total={total} services={services} span={[from, now]} />
          )}
        </Panel>
      ))}
    </div>
  )
}

function measureService(
  node: ServiceNode,
  pods: Record<string, Sample[]>,
  intervalMs: number,
  from: number,
): ServiceUse {
  return {
    name: node.name,
    rollup: rollUp(
      node.pods.flatMap((pod) => (pods[pod.name] ? [pods[pod.name] ?? []] : [])),
      intervalMs,
      from,
    ),
  }
}

function UseContent({
  measure,
  total,
  services,
  span,
}: {
  measure: Measure
  total: Rollup
  services: readonly ServiceUse[]
  span: readonly [number, number]
}) {
  const values = total[measure.key]
  const sorted = [...services]
    .filter((service) => service.rollup.times.length > 0)
    .sort((a, b) => (b.rollup[measure.key].at(-1) ?? 0) - (a.rollup[measure.key].at(-1) ?? 0))
  return (
    <>
      <div className="overview-chart">
        <TimeChart
          label={`${measure.title} of all pods in the namespace`}
          times={total.times}
          span={span}
          series={[{ name: measure.title, colour: measure.colour, values, isFilled: true }]}
          format={measure.format}
          height={116}
          {...(measure.top ? { niceTop: measure.top } : {})}
        />
      </div>
      <ul className="overview-rows">
        {sorted.map((service) => (
          <li key={service.name}>
            <span className="truncate">{shortName(service.name)}</span>
            <Sparkline
              values={service.rollup[measure.key]}
              label={`${measure.title} of ${shortName(service.name)}, last hour`}
              width={84}
            />
            <b>{newest(service.rollup[measure.key], measure.format)}</b>
          </li>
        ))}
      </ul>
    </>
  )
}

function newest(values: readonly (number | null)[] | undefined, format: (value: number) => string): string {
  const value = values?.findLast((candidate) => candidate !== null)
  return value === null || value === undefined ? '–' : format(value)
}
