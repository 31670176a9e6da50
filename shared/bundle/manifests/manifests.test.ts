import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { KubeObject } from '#shared/kubeObject.ts'
import { readAgentsConfiguration } from '../../../server/agents/configuration.ts'
import { readApiConfiguration } from '../../../server/api/configuration.ts'
import { readConfiguration, type Environment } from '../../../server/common/configuration.ts'
import { migrateVariables } from '../../../server/database/main.ts'
import { chooseEmbedder } from '../../../server/embeddings/embedder.ts'
import { readFrontendConfiguration } from '../../../server/frontend/configuration.ts'
import { readMcpConfiguration } from '../../../server/mcp/configuration.ts'
import { manifestsDirectory } from '../../../scripts/render/goldens.ts'
import { text, titleOf, variants, workloadsOf } from './testing/variants.ts'

const contains = (labels: Record<string, string>, wanted: Record<string, string>) =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value)
const stageOf = ({ metadata }: KubeObject) => metadata.annotations?.['console.agency-swarm.dev/stage'] ?? 'none'

describe('the files', () => {
  const base = join(manifestsDirectory, 'base')

  it.each(readdirSync(base))(
    '%s is free of YAML errors and of words that other tools read as something else',
    (name) => {
      for (const document of parseAllDocuments(readFileSync(join(base, name), 'utf8'), {
        version: '1.2',
        strict: true,
      })) {
        if (!('errors' in document)) throw new Error(`${name} is empty.`)
        expect([document.errors, document.warnings]).toEqual([[], []])
        // A YAML 1.1 reader (kubectl) must see the same: "no", "on" and 0777 differ.
        const [older] = parseAllDocuments(document.toString(), { version: '1.1' })
        expect(older && 'toJS' in older ? older.toJS() : undefined).toEqual(document.toJS())
      }
    },
  )
})

describe.each(await variants())('$name', ({ name, objects }) => {
  const ofKind = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind))
  const named = (kind: string, wanted: string) => ofKind(kind).find(({ metadata }) => metadata.name === wanted)
  const workloads = workloadsOf(objects)
  const containers = workloads.flatMap(({ object, spec }) =>
    spec.template.spec.containers.map((each) => ({ object, each })),
  )
  const settings = text.parse(named('ConfigMap', 'agency-swarm-config')?.['data'])
  const secrets = Object.fromEntries(
    Object.entries(text.parse(named('Secret', 'agency-swarm-secrets')?.['data'])).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString(),
    ]),
  )

  it('has unique names and stages in their order, the namespace first', () => {
    const titles = objects.map(titleOf)
    expect(new Set(titles).size).toBe(titles.length)
    const stages = objects.map(stageOf)
    expect(stages).toEqual([...stages].sort())
    expect(objects[0]?.kind).toBe('Namespace')
  })

  it('limits and guards the namespace before anything runs in it', () => {
    const firstPod = objects.findIndex((object) => workloads.some((workload) => workload.object === object))
    for (const kind of ['ResourceQuota', 'LimitRange', 'Role', 'RoleBinding', 'NetworkPolicy', 'ConfigMap', 'Secret'])
      expect([kind, objects.findIndex((object) => object.kind === kind) < firstPod]).toEqual([kind, true])
    const policies = ofKind('NetworkPolicy').map(stageOf)
    expect(new Set(policies)).toEqual(new Set(['1-namespace']))
  })

  it('carries the labels of the suite', () => {
    for (const { metadata } of objects) expect(metadata.labels?.['app.kubernetes.io/part-of']).toBe('agency-swarm')
    for (const { spec } of workloads)
      expect(spec.template.metadata.labels).toMatchObject({ 'app.kubernetes.io/part-of': 'agency-swarm' })
  })

  it('has no annotation or key that only the renderer understands', () => {
    expect(JSON.stringify(objects)).not.toMatch(/agency-swarm\.dev\/when|"\$(when|entries|value)"|\$\{/)
  })

  it('gives no token of the cluster to a pod, save to the one that reads logs through it', () => {
    const holders = workloads.filter(({ spec }) => spec.template.spec.automountServiceAccountToken)
    const wanted = name === 'production-example' ? ['Deployment agency-swarm-logs'] : []
    expect(holders.map(({ object }) => titleOf(object))).toEqual(wanted)
  })

  it('has only containers that write nowhere but into volumes, and gain nothing', () => {
    for (const { object, each } of containers) {
      expect([titleOf(object), each.securityContext]).toEqual([
        titleOf(object),
        { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      ])
    }
  })

  it('probes every server for start, life and readiness, with timeouts', () => {
    for (const { object, each } of containers) {
      if (object.kind === 'Job' || object.kind === 'CronJob') continue
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
        expect([titleOf(object), probe, each[probe]]).toEqual([
          titleOf(object),
          probe,
          expect.objectContaining({ timeoutSeconds: expect.any(Number) as number }),
        ])
      }
    }
  })

  it('has selectors that match exactly one kind of pod, and ports that exist', () => {
    for (const { spec } of workloads)
      if (spec.selector) expect(contains(spec.template.metadata.labels, spec.selector.matchLabels)).toBe(true)
    const service = z.looseObject({ selector: text, ports: z.array(z.object({ targetPort: z.string() })) })
    for (const object of ofKind('Service')) {
      const { selector, ports } = service.parse(object.spec)
      const matched = workloads.filter(({ spec }) => contains(spec.template.metadata.labels, selector))
      expect([titleOf(object), matched.length]).toEqual([titleOf(object), 1])
      const open =
        matched[0]?.spec.template.spec.containers.flatMap((each) => each.ports.map((port) => port.name)) ?? []
      for (const { targetPort } of ports) expect(open).toContain(targetPort)
    }
    const budget = z.looseObject({ selector: z.object({ matchLabels: text }) })
    for (const object of ofKind('PodDisruptionBudget')) {
      const { matchLabels } = budget.parse(object.spec).selector
      expect(workloads.filter(({ spec }) => contains(spec.template.metadata.labels, matchLabels))).toHaveLength(1)
    }
  })

  it('lets the autoscaler alone own the number of backends', () => {
    expect(named('Deployment', 'agency-swarm-backend')?.spec).not.toHaveProperty('replicas')
    expect(named('HorizontalPodAutoscaler', 'agency-swarm-hpa')?.spec).toMatchObject({
      scaleTargetRef: { kind: 'Deployment', name: 'agency-swarm-backend' },
    })
  })

  it('names every Job after the release, because a Job cannot be changed, and lets it go', () => {
    const jobs = ofKind('Job')
    expect(jobs.map(({ metadata }) => metadata.name)).toEqual([
      'agency-swarm-database-init-r1',
      'agency-swarm-migrate-r1',
    ])
    for (const { spec } of jobs)
      expect(spec).toMatchObject({ ttlSecondsAfterFinished: 86_400, activeDeadlineSeconds: 600 })
  })

  it('references only what exists: keys, ConfigMaps, claims, accounts and Services', () => {
    const volume = z.looseObject({
      configMap: z.object({ name: z.string() }).optional(),
      persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
    })
    for (const { object, each } of containers) {
      for (const { configMapRef } of each.envFrom) expect(named('ConfigMap', configMapRef.name)).toBeDefined()
      for (const { valueFrom } of each.env) {
        const { secretKeyRef: secret, configMapKeyRef: setting } = valueFrom ?? {}
        if (secret && secret.optional !== true) {
          expect([titleOf(object), secret.name]).toEqual([titleOf(object), 'agency-swarm-secrets'])
          expect(secrets).toHaveProperty(secret.key)
        }
        if (setting) expect(settings).toHaveProperty(setting.key)
      }
    }
    for (const { spec } of workloads) {
      expect(named('ServiceAccount', String(spec.template.spec['serviceAccountName']))).toBeDefined()
      for (const { configMap, persistentVolumeClaim } of spec.template.spec.volumes.map((each) => volume.parse(each))) {
        if (configMap) expect(named('ConfigMap', configMap.name)).toBeDefined()
        if (persistentVolumeClaim) expect(named('PersistentVolumeClaim', persistentVolumeClaim.claimName)).toBeDefined()
      }
    }
    const backends = [...JSON.stringify(ofKind('Ingress')).matchAll(/"service":\{"name":"([^"]+)"/g)].map(
      ([, each]) => each,
    )
    const routes = [...JSON.stringify(ofKind('HTTPRoute')).matchAll(/"backendRefs":\[\{"name":"([^"]+)"/g)].map(
      ([, each]) => each,
    )
    expect([...backends, ...routes]).toHaveLength(name === 'production-example' ? 4 : 0)
    for (const each of [...backends, ...routes]) expect(named('Service', each ?? '')).toBeDefined()
  })

  it('keeps every secret out of ConfigMaps and arguments', () => {
    expect(Object.keys(settings).filter((key) => /PASSWORD|SECRET|TOKEN|KEY/.test(key))).toEqual([])
    expect(Object.values(settings).filter((value) => /:\/\/[^/]*@/.test(value))).toEqual([])
    const everythingElse = JSON.stringify(objects.filter(({ kind }) => kind !== 'Secret'))
    for (const value of Object.values(secrets)) expect(everythingElse).not.toContain(value)
  })

  it('gives each service an environment that it accepts', () => {
    const readers: Record<string, (environment: Environment) => unknown> = {
      backend: (environment) => chooseEmbedder(readApiConfiguration(environment)),
      mcp: (environment) => chooseEmbedder(readMcpConfiguration(environment)),
      agents: readAgentsConfiguration,
      frontend: readFrontendConfiguration,
      migrate: (environment) => readConfiguration(migrateVariables, environment),
    }
    for (const [service, read] of Object.entries(readers)) {
      const found = containers.find(({ each }) => each.args[0] === service)?.each
      const own = (found?.env ?? []).flatMap(({ name: variable, value, valueFrom }) => {
        const given = value ?? secrets[valueFrom?.secretKeyRef?.key ?? '']
        return given === undefined ? [] : [[variable, given] as const]
      })
      expect(() => read({ ...settings, ...Object.fromEntries(own) })).not.toThrow()
    }
  })
})

describe('what a profile is for', () => {
  const kindsOf = async (wanted: string) =>
    new Set((await variants()).find(({ name }) => name === wanted)?.objects.map(({ kind }) => kind))
  const extras = ['Ingress', 'HTTPRoute', 'CronJob', 'ServiceMonitor', 'PrometheusRule']

  it('the sandbox goes without everything that it cannot use', async () => {
    const kinds = await kindsOf('sandbox')
    expect(extras.filter((kind) => kinds.has(kind))).toEqual([])
    expect(kinds.has('PersistentVolumeClaim')).toBe(false)
  })

  it('production backs up, and with everything switched on has everything', async () => {
    expect((await kindsOf('production')).has('CronJob')).toBe(true)
    const kinds = await kindsOf('production-example')
    expect(extras.filter((kind) => !kinds.has(kind))).toEqual([])
  })
})
