import type { V1LabelSelector } from '../schema/models.ts'
import type { KubeObject } from '../../store/types.ts'
import { managerName } from '../apply/managedFields.ts'
import { mediaType, readBody } from '../body.ts'
import type { ApiContext } from '../context.ts'
import { badRequest, fieldCause, invalid, notFound } from '../errors.ts'
import { isJson, type Json } from '../json.ts'
import { jsonPatch } from '../patch/jsonPatch.ts'
import { mergePatch } from '../patch/mergePatch.ts'
import { isDryRun, ok, type KindRequest, type Reply } from '../request.ts'
import { selectorText } from '../table/columns.ts'
import { updateObject } from '../writer.ts'

/** The `autoscaling/v1` Scale of a workload. */
function scaleOf({ metadata, spec, status }: KubeObject): Json {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec?.replicas ?? 0 },
    status: { replicas: status?.replicas ?? 0, selector: selectorText(spec?.selector as V1LabelSelector | undefined) },
  }
}

async function wantedScale(request: KindRequest, current: Json): Promise<unknown> {
  const body = await readBody(request.incoming)
  if (request.info.verb === 'update') return body
  return mediaType(request.incoming) === 'application/json-patch+json'
    ? jsonPatch(current, body)
    : mergePatch(current, body)
}

export async function handleScale(context: ApiContext, request: KindRequest): Promise<Reply> {
  const { row, info, incoming, query } = request
  const present = context.store.get(row.name, info.namespace, info.name)
  if (present === undefined) throw notFound(row, info.name)
  if (info.verb === 'get') return ok(scaleOf(present))
  const wanted = await wantedScale(request, scaleOf(present))
  if (!isJson(wanted) || !isJson(wanted.spec)) throw badRequest('the request body is not a Scale')
  const replicas = Number(wanted.spec.replicas ?? 0)
  if (replicas < 0) {
    const cause = fieldCause('FieldValueInvalid', 'spec.replicas', replicas, 'must be greater than or equal to 0')
    throw invalid({ group: 'autoscaling', plural: row.plural, kind: 'Scale' }, info.name, [cause])
  }
  const sent = isJson(wanted.metadata) ? wanted.metadata.resourceVersion : undefined
  const resourceVersion = typeof sent === 'string' ? sent : ''
  const manager = {
    name: managerName(query, incoming.headers['user-agent']),
    operation: 'Update',
    apiVersion: row.apiVersion,
    subresource: 'scale',
  } as const
  const written = updateObject(
    context,
    row,
    info.namespace,
    info.name,
    (current) => ({
      object: {
        ...current,
        metadata: { ...current.metadata, resourceVersion },
        spec: { ...current.spec, replicas },
      },
    }),
    { manager, dryRun: isDryRun(query) },
  )
  return ok(scaleOf(written))
}
