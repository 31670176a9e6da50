import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { projectRoot } from '../../../scripts/setup/projectRoot.ts'
import { variants } from './testing/variants.ts'

const ruleSpec = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          for: z.string(),
          labels: z.object({ severity: z.enum(['warning', 'critical']) }),
          annotations: z.object({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ),
})

/** Metrics that are not the suite's: Prometheus' own, and those of kube-state-metrics (docs/metrics/workload/cronjob-metrics.md). */
const others = ['up', 'kube_cronjob_status_last_successful_time']

/** Names of all metrics that the services register, read where they are made. */
function ownMetrics(): Set<string> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const names = registry.getMetricsAsArray().map(({ name }) => name)
  for (const file of readdirSync(join(projectRoot, 'server'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
    const source = readFileSync(join(projectRoot, 'server', file), 'utf8')
    if (!source.includes("from 'prom-client'")) continue
    for (const [, name = ''] of source.matchAll(/name: '([a-z_]+)'/g)) names.push(name)
  }
  return new Set(names)
}

const everything = (await variants()).find(({ name }) => name === 'production-example')?.objects ?? []
const rules = everything
  .filter(({ kind }) => kind === 'PrometheusRule')
  .flatMap(({ spec }) => ruleSpec.parse(spec).groups.flatMap((group) => group.rules))

/** Names that stand before a selector: what else there is are functions, labels and numbers. */
const metricsOf = (expression: string) => [...expression.matchAll(/([a-z0-9_]+)\{/g)].map(([, name = '']) => name)

describe('alerts', () => {
  it('exist for what an administrator must know, the age of the backup among it', () => {
    expect(rules.length).toBeGreaterThan(7)
    expect(rules.map(({ alert }) => alert)).toContain('AgencySwarmBackupTooOld')
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  })

  it.each(rules.map(({ alert, expr }) => [alert, expr] as const))(
    '%s asks for metrics that exist, of this namespace alone',
    (_alert, expr) => {
      const own = ownMetrics()
      const names = metricsOf(expr)
      expect(names.length).toBeGreaterThan(0)
      for (const name of names) {
        const base = name.replace(/_(bucket|count|sum)$/, '')
        expect([name, own.has(name) || own.has(base) || others.includes(name)]).toEqual([name, true])
      }
      expect(expr.match(/\{namespace="agency-swarm"[,}]/g)).toHaveLength(names.length)
    },
  )

  it('is about the CronJob that makes the backups', () => {
    const [cronJob] = everything.filter(({ kind }) => kind === 'CronJob')
    const expression = rules.find(({ alert }) => alert === 'AgencySwarmBackupTooOld')?.expr
    expect(expression).toContain(`cronjob="${cronJob?.metadata.name ?? ''}"`)
    expect(expression).toContain('> 26 * 3600')
  })
})
