import { parseAllDocuments } from 'yaml'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readAgentsConfiguration } from '../agents/configuration.ts'
import { readApiConfiguration } from '../api/configuration.ts'
import { readConfiguration, type Environment } from '../common/configuration.ts'
import { migrateVariables } from '../database/main.ts'
import { readFrontendConfiguration } from '../frontend/configuration.ts'
import { readMcpConfiguration } from '../mcp/configuration.ts'
import {
  baseFiles,
  profileNames,
  readProfile,
  renderManifests,
  valuesSchema,
  type KubernetesObject,
} from './renderManifests.ts'

const text = z.record(z.string(), z.string())
const securityContext = z.looseObject({})
const variable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .object({
      secretKeyRef: z.object({ name: z.string(), key: z.string() }).optional(),
      configMapKeyRef: z.object({ name: z.string(), key: z.string() }).optional(),
    })
    .optional(),
})
const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  env: z.array(variable),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).default([]),
  resources: z.object({ requests: text, limits: text }),
  securityContext,
})
const template = z.looseObject({
  metadata: z.object({ labels: text }),
  spec: z.looseObject({ containers: z.array(container), securityContext, automountServiceAccountToken: z.boolean() }),
})
const workload = z.looseObject({ template, selector: z.object({ matchLabels: text }).optional() })

const objects = renderManifests(readProfile('sandbox'))
const ofKind = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind))
const named = (kind: string, name: string) => ofKind(kind).find(({ metadata }) => metadata.name === name)
const workloads = ofKind('Deployment', 'StatefulSet', 'Job').map((object) => ({
  object,
  spec: workload.parse(object.spec),
}))
const containers = workloads.flatMap(({ object, spec }) =>
  spec.template.spec.containers.map((each) => ({ object, each })),
)
const title = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`

const contains = (labels: Record<string, string>, wanted: Record<string, string>) =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value)
const podLabels = workloads.map(({ spec }) => spec.template.metadata.labels)

describe('the manifests', () => {
  it('are free of YAML errors and of words that other tools read as something else', () => {
    for (const [name, source] of baseFiles()) {
      for (const document of parseAllDocuments(source, { version: '1.2', strict: true })) {
        if (!('errors' in document)) throw new Error(`${name} is empty.`)
        expect([name, document.errors, document.warnings]).toEqual([name, [], []])
        // A YAML 1.1 reader (kubectl) must see the same: "no", "on" and 0777 differ.
        const [older] = parseAllDocuments(document.toString(), { version: '1.1' })
        expect(older && 'toJS' in older ? older.toJS() : undefined).toEqual(document.toJS())
      }
    }
  })

  it('have unique names and tell their stage in the order of the files', () => {
    const names = objects.map(title)
    expect(new Set(names).size).toBe(names.length)
    const stages = objects.map(({ metadata }) => metadata.annotations?.['console.agency-swarm.dev/stage'] ?? 'none')
    expect([...new Set(stages)]).toEqual([
      '1-namespace',
      '2-configuration',
      '3-storage-database',
      '4-migrations',
      '5-backend',
      '6-frontend',
      '7-policies',
    ])
    expect(stages).toEqual([...stages].sort())
    for (const { metadata } of objects) expect(metadata.namespace).toBeUndefined()
  })

  it('carry the labels of the suite and name what the guide names', () => {
    for (const { metadata } of objects) expect(metadata.labels?.['app.kubernetes.io/part-of']).toBe('agency-swarm')
    for (const name of ['backend', 'frontend', 'mcp', 'agents'].map((each) => `agency-swarm-${each}`)) {
      expect(named('Deployment', name)).toBeDefined()
      expect(named('Service', name)).toBeDefined()
    }
    expect(named('StatefulSet', 'postgresql')).toBeDefined()
    expect(named('Job', 'agency-swarm-migrate-r1')).toBeDefined()
  })

  it.each(workloads.map(({ object, spec }) => [title(object), spec] as const))(
    '%s is restricted',
    (_title, { template }) => {
      expect(template.spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      expect(template.spec.automountServiceAccountToken).toBe(false)
      for (const each of template.spec.containers) {
        expect(each.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
      }
    },
  )

  it('probe every server for start, life and readiness, with timeouts', () => {
    for (const { object, each } of containers) {
      if (object.kind === 'Job') continue
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
        expect([title(object), probe, each[probe]]).toEqual([
          title(object),
          probe,
          expect.objectContaining({ timeoutSeconds: expect.any(Number) as number }),
        ])
      }
    }
  })

  it('have selectors that match exactly one kind of pod, and ports that exist', () => {
    for (const { object, spec } of workloads) {
      if (spec.selector !== undefined)
        expect(contains(spec.template.metadata.labels, spec.selector.matchLabels)).toBe(true)
      expect(title(object)).toBeTruthy()
    }
    const service = z.looseObject({ selector: text, ports: z.array(z.object({ targetPort: z.string() })) })
    for (const object of ofKind('Service')) {
      const { selector, ports } = service.parse(object.spec)
      const matched = workloads.filter(({ spec }) => contains(spec.template.metadata.labels, selector))
      expect([title(object), matched.length]).toEqual([title(object), 1])
      const open = matched[0]?.spec.template.spec.containers.flatMap((each) => each.ports.map(({ name }) => name)) ?? []
      for (const { targetPort } of ports) expect(open).toContain(targetPort)
    }
    const budget = z.looseObject({ selector: z.object({ matchLabels: text }) })
    for (const object of ofKind('PodDisruptionBudget')) {
      const { matchLabels } = budget.parse(object.spec).selector
      expect(podLabels.some((labels) => contains(labels, matchLabels))).toBe(true)
    }
  })

  it('let the autoscaler alone own the number of backends', () => {
    expect(named('Deployment', 'agency-swarm-backend')?.spec).not.toHaveProperty('replicas')
    expect(named('HorizontalPodAutoscaler', 'agency-swarm-hpa')?.spec).toMatchObject({
      minReplicas: 2,
      maxReplicas: 3,
      scaleTargetRef: { name: 'agency-swarm-backend' },
    })
  })

  it('reference only keys that exist, and keep every secret out of the ConfigMap', () => {
    const settings = text.parse(named('ConfigMap', 'agency-swarm-config')?.data)
    const secrets = text.parse(named('Secret', 'agency-swarm-secrets')?.stringData)
    for (const { each } of containers) {
      for (const { valueFrom } of each.env) {
        if (valueFrom?.secretKeyRef !== undefined) expect(secrets).toHaveProperty(valueFrom.secretKeyRef.key)
        if (valueFrom?.configMapKeyRef !== undefined) expect(settings).toHaveProperty(valueFrom.configMapKeyRef.key)
      }
    }
    expect(Object.keys(settings).filter((key) => /PASSWORD|SECRET|TOKEN|KEY/.test(key))).toEqual([])
    expect(Object.values(settings).filter((value) => /:\/\/[^/]*@/.test(value))).toEqual([])
    const [configuration] = [...baseFiles()].filter(([name]) => name.startsWith('2-')).map(([, source]) => source)
    for (const [, value] of (configuration ?? '').matchAll(/^ {2}(?:\w*(?:PASSWORD|SECRET)): (.*)$/gm)) {
      expect(value).toMatch(/^\$\{generated:\d+\}$/)
    }
  })

  it('give each service an environment that it accepts', () => {
    const settings = text.parse(named('ConfigMap', 'agency-swarm-config')?.data)
    const secrets = text.parse(named('Secret', 'agency-swarm-secrets')?.stringData)
    const readers: Record<string, (environment: Environment) => unknown> = {
      backend: readApiConfiguration,
      mcp: readMcpConfiguration,
      agents: readAgentsConfiguration,
      frontend: readFrontendConfiguration,
      migrate: (environment) => readConfiguration(migrateVariables, environment),
    }
    for (const [name, read] of Object.entries(readers)) {
      const found = containers.find(({ each }) => each.args[0] === name)?.each
      const own = found?.env.map((entry) => [
        entry.name,
        entry.value ?? secrets[entry.valueFrom?.secretKeyRef?.key ?? ''],
      ])
      expect(() => read({ ...settings, ...(Object.fromEntries(own ?? []) as Environment) })).not.toThrow()
    }
  })
})

describe('resources', () => {
  const units: Readonly<Record<string, number>> = { m: 1e-3, '': 1, Mi: 2 ** 20, Gi: 2 ** 30 }
  const quantity = (value: string) => {
    const [, number, unit] = /^([\d.]+)(m|Mi|Gi)?$/.exec(value) ?? []
    return Number(number) * (units[unit ?? ''] ?? Number.NaN)
  }

  it.each(profileNames())(
    'of the profile %s fit the quota with every replica, a surge of each and the job',
    (profile) => {
      const values = readProfile(profile)
      const rendered = renderManifests(values)
      const hard = z.object({ hard: text }).parse(rendered.find(({ kind }) => kind === 'ResourceQuota')?.spec).hard
      const sums = { 'requests.cpu': 0, 'requests.memory': 0, 'limits.cpu': 0, 'limits.memory': 0 }
      let atRest = 0
      for (const object of rendered.filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))) {
        const spec = workload.parse(object.spec)
        const replicas = object.kind === 'Job' ? 1 : Number(spec.replicas ?? values.backendMaxReplicas)
        const surge = object.kind === 'Deployment' && object.metadata.name !== 'redis' ? 1 : 0
        for (const { resources } of spec.template.spec.containers) {
          const minimum = Number(spec.replicas ?? values.backendMinReplicas)
          atRest += object.kind === 'Job' ? 0 : quantity(resources.requests.cpu ?? '') * minimum
          for (const side of ['requests', 'limits'] as const) {
            sums[`${side}.cpu`] += quantity(resources[side].cpu ?? '') * (replicas + surge)
            sums[`${side}.memory`] += quantity(resources[side].memory ?? '') * (replicas + surge)
          }
        }
      }
      for (const [key, sum] of Object.entries(sums))
        expect([key, sum <= quantity(hard[key] ?? '')]).toEqual([key, true])
      expect(atRest).toBeLessThan(2)
    },
  )
})

describe('profiles', () => {
  const schema = z
    .object({
      required: z.array(z.string()),
      properties: z.record(z.string(), z.looseObject({ type: z.string().optional() })),
    })
    .parse(valuesSchema())

  it.each(profileNames())('%s gives every value of the schema in its type, and no other', (name) => {
    const values = readProfile(name)
    expect(schema.required.filter((key) => !(key in values))).toEqual([])
    for (const [key, value] of Object.entries(values)) {
      const property = schema.properties[key]
      expect([key, property !== undefined]).toEqual([key, true])
      if (property?.type !== undefined)
        expect([key, typeof value]).toEqual([key, property.type.replace('integer', 'number')])
      if (Array.isArray(property?.enum)) expect(property.enum).toContain(value)
      if (typeof property?.pattern === 'string') expect(String(value)).toMatch(new RegExp(property.pattern))
    }
  })

  it('fill numbers as numbers and leave out the storage class when it is empty', () => {
    expect(named('Deployment', 'agency-swarm-mcp')?.spec).toMatchObject({ replicas: 1 })
    const claims = JSON.stringify(named('StatefulSet', 'postgresql')?.spec)
    expect(claims).not.toContain('storageClassName')
    const withClass = renderManifests({ ...readProfile('sandbox'), storageClass: 'fast' })
    expect(JSON.stringify(withClass)).toContain('"storageClassName":"fast"')
  })
})
