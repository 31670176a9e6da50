import type { V1Container, V1PodSpec } from '@kubernetes/client-node'
import { listObjects, type ClusterConnection, type KubeObject } from '../kube/index.ts'
import { isRolled, replicasOf, titleOf } from './objects.ts'

/** How a workload reads a ConfigMap or Secret. */
export interface Reading {
  /** `environment` and `subPath` are read when the container starts; `volume` follows within about a minute; `pull` at the next pull. */
  by: 'environment' | 'subPath' | 'volume' | 'pull'
  /** The keys it reads; undefined when it reads all. */
  keys: string[] | undefined
  /** Without the object or key the pod does not start. */
  isRequired: boolean
}

export interface Reader {
  kind: string
  name: string
  replicas: number
  isPaused: boolean
  /** What it reads, by "ConfigMap x". */
  readings: Map<string, Reading[]>
}

const rolled = ['Deployment', 'StatefulSet', 'DaemonSet'] as const

/** Every workload of the namespace that rolls, with what its pods read. */
export async function readersIn(
  connection: ClusterConnection,
  namespace: string,
  signal?: AbortSignal,
): Promise<Reader[]> {
  const options = { namespace, signal }
  const lists = await Promise.all(
    rolled.map((kind) => listObjects(connection, { apiVersion: 'apps/v1', kind }, options)),
  )
  return lists.flat().map(readerOf)
}

function readerOf(workload: KubeObject): Reader {
  const { kind, metadata, spec } = workload
  const { template, paused } = (spec ?? {}) as { template?: { spec?: V1PodSpec }; paused?: boolean }
  const readings = new Map<string, Reading[]>()
  for (const [source, reading] of podReadings(template?.spec))
    readings.set(source, [...(readings.get(source) ?? []), reading])
  return { kind, name: metadata.name, replicas: replicasOf(workload), isPaused: paused === true, readings }
}

type Found = [source: string, reading: Reading]

function podReadings(spec: V1PodSpec | undefined): Found[] {
  if (!spec) return []
  const containers = [...(spec.initContainers ?? []), ...spec.containers]
  return [
    ...containers.flatMap(containerReadings),
    ...volumeReadings(spec, containers),
    ...(spec.imagePullSecrets ?? []).map(({ name = '' }): Found => [
      `Secret ${name}`,
      { by: 'pull', keys: undefined, isRequired: false },
    ]),
  ]
}

function containerReadings({ env = [], envFrom = [] }: V1Container): Found[] {
  const single = env.flatMap(({ valueFrom }): Found[] => {
    const { configMapKeyRef: map, secretKeyRef: secret } = valueFrom ?? {}
    const found = map ?? secret
    if (!found) return []
    const source = `${map ? 'ConfigMap' : 'Secret'} ${found.name ?? ''}`
    return [[source, { by: 'environment', keys: [found.key], isRequired: found.optional !== true }]]
  })
  const whole = envFrom.map(({ configMapRef, secretRef }): Found => {
    const source = configMapRef ? `ConfigMap ${configMapRef.name ?? ''}` : `Secret ${secretRef?.name ?? ''}`
    return [source, { by: 'environment', keys: undefined, isRequired: false }]
  })
  return [...single, ...whole]
}

function volumeReadings({ volumes = [] }: V1PodSpec, containers: V1Container[]): Found[] {
  return volumes.flatMap((volume) => {
    const mounts = containers.flatMap(({ volumeMounts = [] }) =>
      volumeMounts.filter(({ name }) => name === volume.name),
    )
    // A file mounted by subPath is bound when the container starts, and never follows.
    const by = mounts.some(({ subPath, subPathExpr }) => subPath ?? subPathExpr) ? 'subPath' : 'volume'
    return sourcesOf(volume).map(({ source, items, optional }): Found => [
      source,
      { by, keys: items?.map(({ key }) => key), isRequired: optional !== true },
    ])
  })
}

interface VolumeSource {
  source: string
  items: { key: string }[] | undefined
  optional: boolean | undefined
}

function sourcesOf({ configMap, secret, projected }: NonNullable<V1PodSpec['volumes']>[number]): VolumeSource[] {
  const all: VolumeSource[] = []
  if (configMap)
    all.push({ source: `ConfigMap ${configMap.name ?? ''}`, items: configMap.items, optional: configMap.optional })
  if (secret) all.push({ source: `Secret ${secret.secretName ?? ''}`, items: secret.items, optional: secret.optional })
  for (const part of projected?.sources ?? []) {
    if (part.configMap)
      all.push({
        source: `ConfigMap ${part.configMap.name ?? ''}`,
        items: part.configMap.items,
        optional: part.configMap.optional,
      })
    if (part.secret)
      all.push({ source: `Secret ${part.secret.name ?? ''}`, items: part.secret.items, optional: part.secret.optional })
  }
  return all
}

/** What of a source a workload reads, narrowed to some keys. */
export const readingsOf = ({ readings }: Reader, source: string, keys?: string[]): Reading[] =>
  (readings.get(source) ?? []).filter(
    (reading) => !keys || !reading.keys || reading.keys.some((key) => keys.includes(key)),
  )

/** Workloads whose pods read this ConfigMap or Secret, as `Deployment agency-swarm-backend`. */
export function readersAmong(objects: readonly KubeObject[], kind: string, name: string): string[] {
  const reads = (object: KubeObject) => readerOf(object).readings.has(`${kind} ${name}`)
  return objects.filter((object) => isRolled(object) && reads(object)).map(titleOf)
}

/** Whether its pods must be replaced to notice. */
export const mustRestart = (readings: Reading[]): boolean =>
  readings.some(({ by }) => by === 'environment' || by === 'subPath')
