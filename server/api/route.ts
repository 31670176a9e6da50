import type {} from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Transaction } from 'kysely'
import { z } from 'zod'
import { identityOf, requirePermission } from '../common/authentication.ts'
import type { PermissionLevel } from '../common/permissions.ts'
import { CommittedProblem } from '../common/problems.ts'
import type { Identity } from '../common/tokens.ts'
import { recordAudit, type AuditEvent } from '../database/audit.ts'
import type { Database } from '../database/connection.ts'
import type { Tables } from '../database/tables.ts'
import type { ApiContext } from './context.ts'

type Schema = z.ZodType
type Out<S> = S extends Schema ? z.output<S> : undefined
type In<S> = S extends Schema ? z.input<S> : undefined

interface RouteShape<Params, Query, Body, Response> {
  /** Below /api, with Fastify's parameters: `/tasks/:id`. */
  readonly url: string
  /** The operation's name in the OpenAPI description: a verb and a noun, `submitTask`. */
  readonly id: string
  /** The group in the description. */
  readonly tag: string
  readonly summary: string
  /** What the caller must hold; `public` asks for no token. */
  readonly permission: PermissionLevel | 'public'
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  /** The answer's body; without one the answer is 204 and empty. */
  readonly response?: Response
  /** Status of the answer; 200, or 204 without a body. */
  readonly status?: 200 | 201 | 202 | 204
  /** Requests one caller may send a minute, where the general limit is too generous. */
  readonly requestsPerMinute?: number
}

/** What a handler works with. Inputs are parsed. */
export interface Exchange<Params, Query, Body> {
  readonly params: Out<Params>
  readonly query: Out<Query>
  readonly body: Out<Body>
  /** @throws Problem 401 on a public route */
  readonly identity: Identity
  readonly request: FastifyRequest
  /** For headers: `reply.header('location', …)`. Never sent by a handler. */
  readonly reply: FastifyReply
}

export interface ReadExchange<Params, Query, Body> extends Exchange<Params, Query, Body> {
  readonly database: Database
}

export interface WriteExchange<Params, Query, Body> extends Exchange<Params, Query, Body> {
  /** The change and its audit entry are committed together, before the answer is sent. */
  readonly transaction: Transaction<Tables>
  /** Runs after the commit and before the answer: forgetting what a cache holds, waking a worker. */
  readonly afterCommit: (work: () => Promise<void> | void) => void
}

export interface WriteAudit<Params, Query, Body, Response> {
  /** A noun and what happened to it: `task.submitted`. */
  readonly event: string
  /** Never a secret. Undefined: nothing was changed, so nothing is recorded (a repeated idempotent request). */
  readonly details: (
    exchange: Pick<Exchange<Params, Query, Body>, 'params' | 'query' | 'body' | 'request'>,
    result: In<Response>,
  ) => AuditEvent['details'] | undefined
  /** Whose act it is where there is no identity yet (signing in). */
  readonly actor?: (exchange: Pick<Exchange<Params, Query, Body>, 'body'>, result: In<Response>) => string
}

/** A route as the service mounts and describes it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly id: string
  readonly permission: PermissionLevel | 'public'
  /** The audit event, or undefined for a route that changes nothing. */
  readonly event: string | undefined
  readonly mount: (app: FastifyInstance, context: ApiContext) => void
}

/** A route that changes nothing: GET, with an ETag; or POST for a search whose question is too large for a URL. */
export function read<
  Params extends Schema | undefined = undefined,
  Query extends Schema | undefined = undefined,
  Body extends Schema | undefined = undefined,
  Response extends Schema | undefined = undefined,
>(
  route: RouteShape<Params, Query, Body, Response> & {
    readonly method?: 'GET' | 'POST'
    readonly handle: (
      exchange: ReadExchange<Params, Query, Body>,
      context: ApiContext,
    ) => Promise<In<Response>> | In<Response>
  },
): Route {
  const { method = 'GET', url, id, permission } = route
  return {
    method,
    url,
    id,
    permission,
    event: undefined,
    mount: (app, context) => {
      app.withTypeProvider<ZodTypeProvider>().route({
        method,
        url,
        ...common(route, context),
        handler: async (request, reply) => {
          const exchange = { ...exchangeOf<Params, Query, Body>(request, reply), database: context.database }
          return send(reply, route, await route.handle(exchange, context))
        },
      })
    },
  }
}

/** A route that changes something: in one transaction with its audit entry. */
export function write<
  Params extends Schema | undefined = undefined,
  Query extends Schema | undefined = undefined,
  Body extends Schema | undefined = undefined,
  Response extends Schema | undefined = undefined,
  Prepared = undefined,
>(
  route: RouteShape<Params, Query, Body, Response> & {
    readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
    readonly audit: WriteAudit<Params, Query, Body, Response>
    /** Work before the transaction, so that it holds no connection meanwhile: hashing a password, asking a model. */
    readonly prepare?: (exchange: Exchange<Params, Query, Body>, context: ApiContext) => Promise<Prepared>
    /** @throws Problem to take everything back; CommittedProblem to keep what is stored and refuse the caller all the same */
    readonly handle: (
      exchange: WriteExchange<Params, Query, Body>,
      context: ApiContext,
      prepared: Prepared,
    ) => Promise<In<Response>> | In<Response>
  },
): Route {
  const { method, url, id, permission, audit } = route
  return {
    method,
    url,
    id,
    permission,
    event: audit.event,
    mount: (app, context) => {
      app.withTypeProvider<ZodTypeProvider>().route({
        method,
        url,
        ...common(route, context, audit.event),
        handler: async (request, reply) => {
          const following: (() => Promise<void> | void)[] = []
          const exchange = exchangeOf<Params, Query, Body>(request, reply)
          // Without `prepare`, its type is undefined.
          const prepared = (await route.prepare?.(exchange, context)) as Prepared
          const change = async (transaction: Transaction<Tables>) => {
            const afterCommit = (work: () => Promise<void> | void) => following.push(work)
            const changed = await route.handle(Object.assign(exchange, { transaction, afterCommit }), context, prepared)
            const details = audit.details(exchange, changed)
            if (details !== undefined) {
              const actor = audit.actor?.(exchange, changed) ?? identityOf(request).name
              const entry = { event: audit.event, actor, details }
              await recordEntry(request, transaction, entry)
              // Not before it is stored: the log must not tell of what was taken back.
              afterCommit(() => logEntry(request, entry))
            }
            return changed
          }
          const result = await context.database
            .transaction()
            .execute((transaction) => change(transaction).catch(keepCommitted))
          for (const work of following) await work()
          if (result instanceof CommittedProblem) throw result
          return send(reply, route, result)
        },
      })
    },
  }
}

function keepCommitted(error: unknown): CommittedProblem {
  if (error instanceof CommittedProblem) return error
  throw error
}

type Entry = Pick<AuditEvent, 'event' | 'actor' | 'details'>

/** Records an entry for a request by itself: in the table, and then on the `audit` channel of the log. */
export async function auditOf(request: FastifyRequest, database: Database, entry: Entry): Promise<void> {
  await recordEntry(request, database, entry)
  logEntry(request, entry)
}

function recordEntry(request: FastifyRequest, database: Database | Transaction<Tables>, entry: Entry): Promise<void> {
  return recordAudit(database, { ...entry, address: request.ip, requestId: request.id })
}

function logEntry(request: FastifyRequest, entry: Entry): void {
  request.log.info({ channel: 'audit', ...entry, address: request.ip }, 'audit')
}

function exchangeOf<Params, Query, Body>(request: FastifyRequest, reply: FastifyReply): Exchange<Params, Query, Body> {
  return {
    params: request.params as Out<Params>,
    query: request.query as Out<Query>,
    body: request.body as Out<Body>,
    get identity() {
      return identityOf(request)
    },
    request,
    reply,
  }
}

function common(
  route: RouteShape<Schema | undefined, Schema | undefined, Schema | undefined, Schema | undefined>,
  { tokens }: ApiContext,
  event?: string,
) {
  const { id, tag, summary, permission, params, query, body, response, requestsPerMinute } = route
  const status = statusOf(route)
  return {
    ...(permission === 'public' ? {} : { onRequest: requirePermission(tokens, permission) }),
    config: requestsPerMinute === undefined ? {} : { rateLimit: { max: requestsPerMinute, timeWindow: 60_000 } },
    schema: {
      operationId: id,
      tags: [tag],
      summary,
      description: permission === 'public' ? 'Needs no token.' : `Needs the permission ${permission}.`,
      ...(permission === 'public' ? { security: [] } : {}),
      // OpenAPI extensions: what the route asks of its caller, and what it leaves in the audit log.
      'x-permission': permission,
      ...(event === undefined ? {} : { 'x-audit-event': event }),
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { querystring: query }),
      ...(body === undefined ? {} : { body }),
      response: { [status]: response ?? z.null().describe('Done; there is no body.') },
    },
  }
}

function statusOf({ status, response }: { readonly status?: number; readonly response?: Schema | undefined }): number {
  return status ?? (response === undefined ? 204 : 200)
}

function send(
  reply: FastifyReply,
  route: { readonly status?: number; readonly response?: Schema | undefined },
  result: unknown,
): unknown {
  const status = statusOf(route)
  return status === 204 ? reply.status(204).send() : reply.status(status).send(result)
}
