import type { V1Pod } from '../schema/models.ts'
import { now } from '../../store/metadata.ts'
import { readBody } from '../body.ts'
import type { ApiContext } from '../context.ts'
import { badRequest, conflict, notFound } from '../errors.ts'
import { isJson } from '../json.ts'
import type { KindRequest, Reply } from '../request.ts'

/** Puts a pod on a node, as a scheduler does. */
export async function handleBinding({ store }: ApiContext, { row, info, incoming }: KindRequest): Promise<Reply> {
  const body = await readBody(incoming)
  const target = isJson(body) && isJson(body.target) ? body.target.name : undefined
  if (typeof target !== 'string') throw badRequest('target.name is required')
  const pod = store.get('pods', info.namespace, info.name)
  if (pod === undefined) throw notFound(row, info.name)
  if (typeof pod.spec?.nodeName === 'string') {
    throw conflict(row, info.name, `pod ${info.name} is already assigned to node "${pod.spec.nodeName}"`)
  }
  store.update('pods', info.namespace, info.name, (current) => {
    current.spec = { ...current.spec, nodeName: target }
  })
  store.update(
    'pods',
    info.namespace,
    info.name,
    (current) => {
      const conditions = (current as unknown as V1Pod).status?.conditions ?? []
      const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: now() }
      current.status = { ...current.status, conditions: [...conditions.filter((each) => each.type !== 'PodScheduled'), scheduled] } // prettier-ignore
    },
    { subresource: 'status' },
  )
  return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } }
}
