import type { V1Container, V1Pod } from '@kubernetes/client-node'
import type { PodRow } from '#shared/contract/pods.ts'
import type { KubeObject } from '../../kube/index.ts'
import { builtIn, type Kind } from '../kind.ts'
import { podRow, unreadablePod } from './podRow.ts'

/** All that tables, maps, counts and logs read of a pod. */
export interface PodFacts {
  row: PodRow
  labels: Readonly<Record<string, string>>
  /** Values of its environment. */
  texts: readonly string[]
  /** ConfigMaps that its environment comes from. */
  configMaps: readonly string[]
  /** Pending, Running, Succeeded, Failed, Unknown; empty where the cluster says nothing. */
  phase: string
  isReady: boolean
  isOfJob: boolean
}

export const podKind: Kind<PodFacts> = {
  resource: builtIn('Pod', 'pods'),
  facts: podFacts,
  unreadable: (identity, reason) => ({
    row: unreadablePod(identity, reason),
    labels: {},
    texts: [],
    configMaps: [],
    phase: '',
    isReady: false,
    isOfJob: false,
  }),
}

export function podFacts(object: KubeObject): PodFacts {
  const pod = object as unknown as V1Pod
  const containers = pod.spec?.containers ?? []
  const { labels, ownerReferences } = object.metadata
  return {
    row: sharing(podRow(object)),
    labels: shared(labels ?? {}),
    texts: shared(containers.flatMap(({ env }) => (env ?? []).flatMap(({ value }) => value ?? []))),
    configMaps: shared(containers.flatMap(configMapsOf)),
    phase: pod.status?.phase ?? '',
    isReady: (pod.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True'),
    isOfJob: (ownerReferences ?? []).some(({ kind }) => kind === 'Job'),
  }
}

function configMapsOf({ env, envFrom }: V1Container): string[] {
  return [
    ...(envFrom ?? []).flatMap(({ configMapRef }) => configMapRef?.name ?? []),
    ...(env ?? []).flatMap(({ valueFrom }) => valueFrom?.configMapKeyRef?.name ?? []),
  ]
}

/** Pods of one template are equal in most of what is kept of them: it is kept once. */
const seen = new Map<string, unknown>()
const mostSeen = 2_000

function shared<Value>(value: Value): Value {
  const key = JSON.stringify(value)
  const known = seen.get(key)
  if (known !== undefined) return known as Value
  if (seen.size >= mostSeen) seen.clear()
  seen.set(key, value)
  return value
}

function sharing(row: PodRow): PodRow {
  return {
    ...row,
    containers: shared(row.containers),
    owner: shared(row.owner),
    requests: shared(row.requests),
    limits: shared(row.limits),
  }
}
