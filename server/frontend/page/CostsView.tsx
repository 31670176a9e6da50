import { useEffect, useRef, useState } from 'react'
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { dollars } from './model.ts'
import type { Api } from './useSession.ts'

interface Sum {
  readonly calls: number
  readonly cost: number
}
interface Costs {
  readonly days: readonly (Sum & { readonly day: string })[]
  readonly tiers: readonly (Sum & { readonly tier: string })[]
}

/** Sums are asked for again when something was paid, but not more often than this. Milliseconds. */
const calm = 1_500

function useCosts(api: Api, changes: number) {
  const [costs, setCosts] = useState<Costs>()
  const [problem, setProblem] = useState('')
  const newest = useRef(changes)
  useEffect(() => {
    newest.current = changes
  }, [changes])
  useEffect(() => {
    let isCurrent = true
    let isBusy = false
    let shown: number | undefined
    const load = async () => {
      const asked = newest.current
      const [{ days }, { tiers }] = await Promise.all([
        api.get<Pick<Costs, 'days'>>('/api/costs/days'),
        api.get<Pick<Costs, 'tiers'>>('/api/costs/tiers'),
      ])
      if (!isCurrent) return
      shown = asked
      setProblem('')
      setCosts({ days: [...days].reverse(), tiers })
    }
    // By the clock and not a while after the last change: where something is paid all the time, that while never comes.
    const look = () => {
      if (isBusy || shown === newest.current) return
      isBusy = true
      load()
        .catch((error: unknown) => {
          if (isCurrent) setProblem(error instanceof Error ? error.message : '')
        })
        .finally(() => {
          isBusy = false
        })
    }
    look()
    const timer = window.setInterval(look, calm)
    return () => {
      isCurrent = false
      window.clearInterval(timer)
    }
  }, [api])
  return { costs, problem }
}

/** What the models cost in the last 30 days. */
export function CostsView({ api, changes }: { readonly api: Api; readonly changes: number }) {
  const { costs, problem } = useCosts(api, changes)
  const total = costs?.tiers.reduce((sum, { cost }) => sum + cost, 0) ?? 0
  const dearest = Math.max(...(costs?.tiers.map(({ cost }) => cost) ?? []), Number.MIN_VALUE)
  return (
    <section aria-label="Costs" className="stack">
      {problem !== '' && <p role="alert">{problem}</p>}
      {costs === undefined && problem === '' && <p className="note">Loading …</p>}
      {costs?.days.length === 0 && <p className="panel empty">Nothing was paid in the last 30 days.</p>}
      {costs !== undefined && costs.days.length > 0 && (
        <div className="columns costs">
          <div className="panel stack">
            <h2>{dollars(total)} in 30 days</h2>
            <ResponsiveContainer width="100%" height={260}>
              <BarChart data={[...costs.days]} accessibilityLayer>
                <CartesianGrid vertical={false} stroke="var(--line)" />
                <XAxis
                  dataKey="day"
                  stroke="var(--quiet)"
                  tickFormatter={(day: string) => day.slice(5)}
                  fontSize={11}
                />
                <YAxis stroke="var(--quiet)" tickFormatter={dollars} fontSize={11} width={64} />
                <Tooltip
                  cursor={{ fill: 'var(--raised)' }}
                  contentStyle={{ background: 'var(--panel)', border: '1px solid var(--line)' }}
                  formatter={(value) => dollars(Number(value))}
                />
                <Bar
                  dataKey="cost"
                  name="Cost"
                  fill="var(--accent)"
                  radius={[3, 3, 0, 0]}
                  maxBarSize={36}
                  isAnimationActive={false}
                />
              </BarChart>
            </ResponsiveContainer>
          </div>
          <div className="panel stack">
            <h2>By tier</h2>
            {costs.tiers.map(({ tier, cost, calls }) => (
              <div key={tier} className="tier">
                <div className="row">
                  <span>{tier.toLowerCase()}</span>
                  <strong>{dollars(cost)}</strong>
                </div>
                <meter min={0} max={dearest} value={cost} aria-label={`Share of ${tier}`} />
                <span className="note">{calls} calls</span>
              </div>
            ))}
          </div>
        </div>
      )}
    </section>
  )
}
