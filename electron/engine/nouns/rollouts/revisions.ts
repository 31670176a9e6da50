import { isDeepStrictEqual } from 'node:util'
import { listObjects, type ClusterConnection, type KubeObject } from '../../kube/index.ts'
import { selectorOf, type PodTemplate, type Workload } from './workload.ts'

/** A pod template that the cluster remembers, so that it can be gone back to. */
export interface RecordedRevision {
  revision: number
  template: PodTemplate
  createdAt: number
  cause: string
  isCurrent: boolean
}

const changeCause = 'kubernetes.io/change-cause'
const hashLabel = 'pod-template-hash'

/**
 * As `kubectl rollout history` finds them: a Deployment's in its ReplicaSets, the others' in ControllerRevisions.
 * Source: k8s.io/kubectl/pkg/polymorphichelpers/history.go.
 * @returns newest first
 */
export async function recordedRevisions(
  connection: ClusterConnection,
  workload: Workload,
  signal?: AbortSignal,
): Promise<RecordedRevision[]> {
  const kind = workload.kind === 'Deployment' ? 'ReplicaSet' : 'ControllerRevision'
  const { namespace = '', uid } = workload.metadata
  const options = { namespace, labelSelector: selectorOf(workload), signal }
  const all = await listObjects(connection, { apiVersion: 'apps/v1', kind }, options)
  const own = all.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid))
  const records = own.map((object) => ({
    ...(kind === 'ReplicaSet' ? ofReplicaSet(object) : ofControllerRevision(object)),
    createdAt: Date.parse(object.metadata.creationTimestamp ?? ''),
    cause: object.metadata.annotations?.[changeCause] ?? '',
  }))
  const newestFirst = records.filter(({ revision }) => revision > 0).sort((a, b) => b.revision - a.revision)
  const template = workload.spec?.template
  const current = newestFirst.find((record) => isDeepStrictEqual(record.template, template))?.revision
  return newestFirst.map((record) => ({ ...record, isCurrent: record.revision === current }))
}

function ofReplicaSet({ metadata, spec }: KubeObject): Pick<RecordedRevision, 'revision' | 'template'> {
  const { template = {} } = (spec ?? {}) as { template?: PodTemplate }
  const { [hashLabel]: _, ...labels } = template.metadata?.labels ?? {}
  return {
    revision: Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0),
    template: { ...template, metadata: { ...template.metadata, labels } },
  }
}

/** Its data is the patch that kubectl sends: the template, marked as a replacement. */
function ofControllerRevision(object: KubeObject): Pick<RecordedRevision, 'revision' | 'template'> {
  const { spec } = (object['data'] ?? {}) as { spec?: { template?: PodTemplate } }
  const { $patch: _, ...template } = spec?.template ?? {}
  return { revision: Number(object['revision'] ?? 0), template }
}
