import { ConsoleError } from '#shared/errors.ts'
import { getObject, type ClusterConnection, type KubeObject, type ObjectRef } from '../kube/index.ts'

/** Carried by everything of the suite. */
export const partOf = { 'app.kubernetes.io/part-of': 'agency-swarm' }

export const refOf = ({ apiVersion, kind, metadata }: KubeObject): ObjectRef => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
})

/** `apps/v1 Deployment agency-swarm-backend` */
export const idOf = ({ apiVersion, kind, metadata }: KubeObject) => `${apiVersion} ${kind} ${metadata.name}`

/** The reverse of `idOf`; the server ignores the namespace of what has none. */
export function refOfId(id: string, namespace: string): ObjectRef {
  const [apiVersion = '', kind = '', name = ''] = id.split(' ')
  return { apiVersion, kind, namespace, name }
}

/** `Deployment agency-swarm-backend` */
export const titleOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.name}`

export const isNotFound = (error: unknown) => error instanceof ConsoleError && error.code === 'NOT_FOUND'

/** The object as it is in the cluster; undefined where there is none. */
export async function present(
  connection: ClusterConnection,
  object: KubeObject,
  signal?: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    return await getObject(connection, refOf(object), { signal })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

interface PodSpec {
  containers?: Container[]
  initContainers?: Container[]
  volumes?: { configMap?: { name?: string }; secret?: { secretName?: string }; name: string }[]
  imagePullSecrets?: { name?: string }[]
  nodeSelector?: Record<string, string>
}

export interface Container {
  name: string
  image?: string
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
  env?: { name: string; valueFrom?: { configMapKeyRef?: { name?: string }; secretKeyRef?: { name?: string } } }[]
  envFrom?: { configMapRef?: { name?: string }; secretRef?: { name?: string } }[]
}

interface PodTemplate {
  metadata?: { labels?: Record<string, string> }
  spec?: PodSpec
}

/** The pods that a workload makes; undefined for other kinds. */
export function podTemplateOf(object: KubeObject): PodTemplate | undefined {
  const spec = object.spec as
    { template?: PodTemplate; jobTemplate?: { spec?: { template?: PodTemplate } } } | undefined
  return object.kind === 'CronJob' ? spec?.jobTemplate?.spec?.template : spec?.template
}

/** Kinds of which several pods run that a change of the template replaces. */
export const isRolled = ({ kind }: { kind: string }) => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind)

/** Pods a workload is to have; a DaemonSet that runs has one on every node that suits it. */
export const replicasOf = ({ kind, spec, status }: KubeObject): number => {
  const replicas = kind === 'DaemonSet' ? status?.['desiredNumberScheduled'] : spec?.['replicas']
  return typeof replicas === 'number' ? replicas : 1
}

/** `2 pods`, `1 pod` */
export const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`
