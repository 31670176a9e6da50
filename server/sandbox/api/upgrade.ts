import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { resourceRow } from '../store/resources.ts'
import type { ApiContext } from './context.ts'
import { noSuchPath } from './dispatch.ts'
import { ApiError, notFound } from './errors.ts'
import { authenticate } from './identity/authenticate.ts'
import { impersonate } from './identity/impersonate.ts'
import { requireAccess } from './rbac/require.ts'
import { parseResourceRequest } from './requestInfo.ts'

const pods = resourceRow('pods')

function refuse(socket: Duplex, error: ApiError): void {
  const body = JSON.stringify(error.toStatus())
  socket.end(
    `HTTP/1.1 ${error.code} ${error.reason}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

function open(context: ApiContext, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { store, endpoints, credentials } = context
  const url = new URL(request.url ?? '/', 'https://sandbox')
  const user = impersonate(request, authenticate(request.headers, credentials, store), store)
  const info = parseResourceRequest(request.method ?? 'GET', url.pathname, url.searchParams)
  if (info === undefined || info.resource !== 'pods' || info.group !== '') throw noSuchPath()
  requireAccess(store, user, info)
  // Since 1.35 a WebSocket, which is a GET, needs the right to create as well (KEP-5715's AuthorizePodWebsocketUpgradeCreatePermission).
  if (info.verb === 'get') requireAccess(store, user, { ...info, verb: 'create' })
  const pod = store.get('pods', info.namespace, info.name)
  if (pod === undefined) throw notFound(pods, info.name)
  if (endpoints === undefined) throw new ApiError(503, 'ServiceUnavailable', 'this cluster has no node')
  const about = { namespace: info.namespace, name: info.name, pod, query: url.searchParams, user }
  switch (info.subresource) {
    case 'exec':
      endpoints.exec(request, socket, head, about)
      return
    case 'attach':
      endpoints.attach(request, socket, head, about)
      return
    case 'portforward':
      endpoints.portforward(request, socket, head, about)
      return
    default:
      throw noSuchPath()
  }
}

/** Hands an upgrade to the node: exec, attach and port-forward, over WebSocket or SPDY. */
export function upgradePod(context: ApiContext, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  // Until the node listens itself, a reset must not end the process.
  const ignore = () => undefined
  socket.on('error', ignore)
  try {
    open(context, request, socket, head)
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    refuse(socket, thrown instanceof ApiError ? thrown : new ApiError(500, 'InternalError', message))
  }
}
