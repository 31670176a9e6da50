import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { KubeObject } from '#shared/kubeObject.ts'
import { goldensOf, manifestsDirectory } from '../../../../scripts/render/goldens.ts'
import { readBundle, renderedObjects } from '../../../../scripts/render/rendered.ts'

export interface Variant {
  name: string
  objects: KubeObject[]
}

/** Every profile, and production with everything switched on; with secret values, as they are applied. */
export async function variants(namespace = 'agency-swarm'): Promise<Variant[]> {
  const bundle = await readBundle()
  return Promise.all(
    goldensOf(bundle).map(async ({ name, profile, values }) => {
      const text = values === undefined ? '' : await readFile(join(manifestsDirectory, values), 'utf8')
      const options = { profile, values: text, namespace, version: '1.2.3', release: 'r1' }
      const objects = renderedObjects(bundle, { ...options, showSecrets: true })
      return { name: name.replace(/\.yaml$/, ''), objects }
    }),
  )
}

export const titleOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.name}`

export const text = z.record(z.string(), z.string())
const reference = z.object({ name: z.string(), key: z.string(), optional: z.boolean().optional() })
const variable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.object({ secretKeyRef: reference.optional(), configMapKeyRef: reference.optional() }).optional(),
})
const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  env: z.array(variable).default([]),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).default([]),
  resources: z.object({ requests: text, limits: text }),
  securityContext: z.looseObject({}),
})
export const podTemplate = z.looseObject({
  metadata: z.looseObject({ labels: text, annotations: text.optional() }),
  spec: z.looseObject({
    containers: z.array(container),
    securityContext: z.looseObject({}),
    automountServiceAccountToken: z.boolean(),
    volumes: z.array(z.looseObject({ name: z.string() })).default([]),
  }),
})
const workload = z.looseObject({
  replicas: z.number().optional(),
  selector: z.object({ matchLabels: text }).optional(),
  strategy: z.looseObject({ type: z.string() }).optional(),
  template: podTemplate,
})
const cronJob = z.looseObject({ jobTemplate: z.looseObject({ spec: workload }) })

export interface Workload {
  object: KubeObject
  spec: z.infer<typeof workload>
}

/** Everything that makes pods, with what it makes them of. */
export function workloadsOf(objects: KubeObject[]): Workload[] {
  return objects.flatMap((object) => {
    if (object.kind === 'CronJob') return [{ object, spec: cronJob.parse(object.spec).jobTemplate.spec }]
    const isWorkload = ['Deployment', 'StatefulSet', 'Job'].includes(object.kind)
    return isWorkload ? [{ object, spec: workload.parse(object.spec) }] : []
  })
}

/** The most pods there may be: what the autoscaler may set, else the number in the manifest. */
export function replicasOf({ object, spec }: Workload, objects: KubeObject[]): number {
  const scaler = objects.find(
    ({ kind, spec }) =>
      kind === 'HorizontalPodAutoscaler' &&
      (spec as { scaleTargetRef?: { name?: string } }).scaleTargetRef?.name === object.metadata.name,
  )
  if (scaler && object.kind === 'Deployment') return Number(scaler.spec?.['maxReplicas'])
  return spec.replicas ?? 1
}
