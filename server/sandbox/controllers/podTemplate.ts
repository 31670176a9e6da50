import type { KubeObject, NewObject } from '../store/types.ts'
import type { Container, Pod, PodTemplate } from './kinds.ts'
import { compact, ownerReference } from './objects.ts'

/** Quality of service as kubectl describe shows it (kubernetes.io/docs/concepts/workloads/pods/pod-qos). */
function qualityOfService(containers: Container[]): string {
  const isBare = ({ resources }: Container): boolean =>
    Object.keys(resources?.requests ?? {}).length + Object.keys(resources?.limits ?? {}).length === 0
  const isFixed = ({ resources }: Container): boolean =>
    ['cpu', 'memory'].every((name) => {
      const limit = resources?.limits?.[name]
      return limit !== undefined && (resources?.requests?.[name] ?? limit) === limit
    })
  if (containers.every(isBare)) return 'BestEffort'
  return containers.every(isFixed) ? 'Guaranteed' : 'Burstable'
}

/** A pod as its controller creates it; `name` is exact, `generateName` gets a suffix. */
export function podFromTemplate(
  template: PodTemplate,
  owner: KubeObject,
  naming: { name: string } | { generateName: string },
): NewObject<Pod> & {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> }
  spec: Pod['spec']
} {
  const { labels, annotations, finalizers } = template.metadata ?? {}
  const spec = structuredClone(template.spec)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...naming,
      namespace: owner.metadata.namespace ?? 'default',
      labels: { ...labels },
      annotations: { ...annotations },
      ownerReferences: [ownerReference(owner)],
      ...(finalizers === undefined ? {} : { finalizers: [...finalizers] }),
    },
    spec,
    status: { phase: 'Pending', qosClass: qualityOfService([...spec.containers, ...(spec.initContainers ?? [])]) },
  }
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** A short name for content: FNV-1a over its sorted JSON, in the letters Kubernetes uses for generated names. */
export function contentHash(content: unknown, collisions = 0): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(JSON.stringify(compact(content)) + (collisions === 0 ? '' : String(collisions)))) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  }
  return Array.from(String(hash), (digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('')
}
