import type { V1PodSpec, V1PodTemplateSpec } from '../../schema/models.ts'
import type { ResourceRow } from '../../../store/resources.ts'
import type { KubeObject, Store } from '../../../store/types.ts'
import { forbidden } from '../../errors.ts'
import { baseline, restricted, type PodCheck } from './checks.ts'

type Mode = 'enforce' | 'warn'
const levels: Readonly<Record<string, readonly PodCheck[]>> = { privileged: [], baseline, restricted }

/** The level that a namespace's label asks for; without one everything is allowed, and so it is with a word that is no level. */
function levelOf(store: Store, namespace: string, mode: Mode): { name: string; checks: readonly PodCheck[] } {
  const labels = store.get('namespaces', undefined, namespace)?.metadata.labels ?? {}
  const level = labels[`pod-security.kubernetes.io/${mode}`] ?? 'privileged'
  const version = labels[`pod-security.kubernetes.io/${mode}-version`] ?? 'latest'
  return { name: `${level}:${version}`, checks: levels[level] ?? [] }
}

/** `violates PodSecurity "restricted:latest": ...`, or nothing. The sandbox knows one version of each level: the newest. */
function violations(store: Store, mode: Mode, namespace: string, spec: V1PodSpec, annotations: Record<string, string>) {
  const { name, checks } = levelOf(store, namespace, mode)
  const found = checks.map((check) => check(spec, annotations)).filter((text) => text !== '')
  return found.length === 0 ? undefined : `violate PodSecurity "${name}": ${found.join(', ')}`
}

/** 403 for a new pod that its namespace's `enforce` does not allow. */
export function enforcePodSecurity(store: Store, row: ResourceRow, object: KubeObject): void {
  const { namespace = '', name, annotations = {} } = object.metadata
  if (row.name !== 'pods' || object.spec === undefined) return
  const found = violations(store, 'enforce', namespace, object.spec as unknown as V1PodSpec, annotations)
  if (found !== undefined) throw forbidden(row, name, found.replace(/^violate /, 'violates '))
}

interface Templated {
  template?: V1PodTemplateSpec
  jobTemplate?: { spec?: { template?: V1PodTemplateSpec } }
}

/** What `kubectl` prints as a warning for a workload (or a pod) that the namespace's `warn` does not allow. */
export function podSecurityWarning(store: Store, row: ResourceRow, object: KubeObject): string | undefined {
  if (object.spec === undefined) return undefined
  const { namespace = '' } = object.metadata
  const { template, jobTemplate } = object.spec as Templated
  const made = template ?? jobTemplate?.spec?.template
  const spec = row.name === 'pods' ? (object.spec as unknown as V1PodSpec) : made?.spec
  const annotations = (row.name === 'pods' ? object.metadata.annotations : made?.metadata?.annotations) ?? {}
  // Other kinds have templates too (of claims); a pod's has containers.
  if (spec === undefined || !Array.isArray(spec.containers)) return undefined
  const found = violations(store, 'warn', namespace, spec, annotations)
  return found === undefined ? undefined : `would ${found}`
}
