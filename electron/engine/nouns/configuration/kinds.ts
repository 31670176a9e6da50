import type { EditableKind } from '#shared/contract/configuration.ts'
import type { Scope } from '#shared/contract/base.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { KubeObject, ObjectRef } from '../../kube/index.ts'

/** Which object of which cluster. */
export interface ConfigurationName extends Scope {
  kind: EditableKind
  name: string
}

const apiVersions: Record<EditableKind, string> = {
  ConfigMap: 'v1',
  Secret: 'v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  ResourceQuota: 'v1',
  LimitRange: 'v1',
}

export const editableKinds = Object.keys(apiVersions) as EditableKind[]

export const typeOf = (kind: EditableKind) => ({ apiVersion: apiVersions[kind], kind })

export const refOf = ({ kind, namespace, name }: Omit<ConfigurationName, 'cluster'>): ObjectRef => ({
  ...typeOf(kind),
  namespace,
  name,
})

export const hasKeys = (kind: string): kind is 'ConfigMap' | 'Secret' => kind === 'ConfigMap' || kind === 'Secret'

/** Type of the Secrets that hold what was there before an edit. */
export const keptType = 'console.agency-swarm.dev/previous'

/** What the console or the cluster keeps for itself: not configuration of anybody. */
export function isInternal({ kind, type, metadata }: KubeObject): boolean {
  if (metadata.name === 'kube-root-ca.crt') return true
  if (kind === 'ConfigMap')
    return (
      metadata.labels?.['console.agency-swarm.dev/release'] !== undefined || metadata.name === 'agency-swarm-release'
    )
  return type === keptType || type === 'kubernetes.io/service-account-token' || type === 'helm.sh/release.v1'
}

/** @throws ConsoleError BAD_INPUT for what is not edited by hand */
export function refuseInternal(object: KubeObject): void {
  if (!isInternal(object)) return
  throw new ConsoleError(
    'BAD_INPUT',
    `${object.kind} ${object.metadata.name} is kept by the console or by the cluster for itself, and is not edited here. Nothing was changed.`,
  )
}
