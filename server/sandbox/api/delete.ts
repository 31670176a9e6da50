import type { ResourceRow } from '../store/resources.ts'
import type { DeleteOptions, KubeObject } from '../store/types.ts'
import { readBody } from './body.ts'
import type { ApiContext } from './context.ts'
import { forbidden, notFound } from './errors.ts'
import { isJson, type Json } from './json.ts'
import { presentList, presentationOf } from './present.ts'
import { selectObjects } from './read.ts'
import { isDryRun, isTrue, namespaceOf, ok, type KindRequest, type Reply } from './request.ts'

interface Asked {
  options: DeleteOptions
  dryRun: boolean
}

const policies = ['Background', 'Foreground', 'Orphan'] as const

/** Delete options come in the body or the query. */
async function readOptions({ incoming, query }: KindRequest): Promise<Asked> {
  const body = await readBody(incoming)
  const sent: Json = isJson(body) ? body : {}
  const grace = sent.gracePeriodSeconds ?? query.get('gracePeriodSeconds') ?? undefined
  const orphan = sent.orphanDependents === true || isTrue(query.get('orphanDependents'))
  const named = sent.propagationPolicy ?? query.get('propagationPolicy')
  const propagationPolicy = orphan ? 'Orphan' : policies.find((each) => each === named)
  const preconditions = isJson(sent.preconditions) ? sent.preconditions : undefined
  return {
    options: {
      ...(grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      ...(preconditions === undefined ? {} : { preconditions }),
    },
    dryRun: isDryRun(query) || (Array.isArray(sent.dryRun) && sent.dryRun.includes('All')),
  }
}

/** The namespaces no cluster lives without. */
const protectedNamespaces = ['default', 'kube-system', 'kube-public']

function refuseProtected(row: ResourceRow, name: string): void {
  if (row.name !== 'namespaces' || !protectedNamespaces.includes(name)) return
  throw forbidden(row, name, 'this namespace may not be deleted')
}

const success = (row: ResourceRow, { metadata }: KubeObject): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: {
    name: metadata.name,
    ...(row.group === '' ? {} : { group: row.group }),
    kind: row.plural,
    uid: metadata.uid,
  },
})

/** The object while something holds it, a Success status once it is gone. */
export async function handleDelete({ store }: ApiContext, request: KindRequest): Promise<Reply> {
  const { row, info } = request
  const namespace = namespaceOf(request)
  const before = store.get(row.name, namespace, info.name)
  if (before === undefined) throw notFound(row, info.name)
  const { options, dryRun } = await readOptions(request)
  refuseProtected(row, info.name)
  if (dryRun) return ok(before)
  const deleted = store.delete(row.name, namespace, info.name, options)
  if (deleted === undefined) throw notFound(row, info.name)
  return ok(store.get(row.name, namespace, info.name) === undefined ? success(row, deleted) : deleted)
}

export async function handleDeleteCollection(context: ApiContext, request: KindRequest): Promise<Reply> {
  const { row, incoming, query } = request
  const { options, dryRun } = await readOptions(request)
  const objects = selectObjects(context, request)
  for (const { metadata } of objects) refuseProtected(row, metadata.name)
  if (!dryRun)
    for (const { metadata } of objects) context.store.delete(row.name, metadata.namespace, metadata.name, options)
  const metadata = { resourceVersion: String(context.store.revision) }
  return ok(presentList(row, objects, metadata, presentationOf(incoming.headers.accept, query)))
}
