import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ResourceRow } from '../store/resources.ts'
import type { User } from './podEndpoints.ts'
import type { ResourceRequest } from './requestInfo.ts'

/** A request that was authenticated. */
export interface ApiRequest {
  incoming: IncomingMessage
  response: ServerResponse
  path: string
  query: URLSearchParams
  user: User
}

/** A request about a kind of the resource table, allowed by RBAC. */
export interface KindRequest extends ApiRequest {
  row: ResourceRow
  info: ResourceRequest
}

/** A JSON answer. Handlers that stream write to the response themselves and answer nothing. */
export interface Reply {
  code: number
  body: object
  headers?: Record<string, string>
}

export const ok = (body: object): Reply => ({ code: 200, body })

export const isTrue = (value: string | null): boolean => value === 'true' || value === '1'

export const isDryRun = (query: URLSearchParams): boolean => query.getAll('dryRun').includes('All')

/** The namespace a store call takes: undefined for cluster-wide kinds. */
export const namespaceOf = ({ row, info }: KindRequest): string | undefined =>
  row.namespaced ? info.namespace : undefined
