import { z } from 'zod'
import { isPermitted } from '../common/permissions.ts'
import { Problem } from '../common/problems.ts'
import { createApiKey, listApiKeys, revokeApiKey } from '../database/apiKeys.ts'
import { requireSession } from './authentication.ts'
import { byId, permission as level } from './identitySchemas.ts'
import { read, write, type Route } from './route.ts'
import { line } from '../common/texts.ts'

const tag = 'API keys'
const permission = 'operator'

const apiKey = z.object({
  id: z.uuid(),
  name: z.string(),
  permission: level,
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable().describe('Written once a minute at most.'),
  isRevoked: z.boolean(),
})

/** Administrators see and revoke everybody's keys, others their own. */
const ownerOf = ({ userId, permission: held }: { readonly userId: string; readonly permission: string }) =>
  held === 'administrator' ? undefined : userId

/** Keys with which machines ask. */
export const apiKeyRoutes: readonly Route[] = [
  read({
    url: '/api-keys',
    id: 'listApiKeys',
    tag,
    summary: 'API keys by name: your own, and for an administrator all',
    permission,
    response: z.object({ keys: z.array(apiKey) }),
    handle: async ({ database, identity }) => ({ keys: await listApiKeys(database, ownerOf(identity)) }),
  }),
  write({
    method: 'POST',
    url: '/api-keys',
    id: 'createApiKey',
    tag,
    summary: 'Make an API key that acts for you; the key is shown this once',
    permission,
    body: z.object({
      name: line(63).regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes'),
      permission: level,
      expiresAt: z.iso.datetime({ offset: true }).optional(),
    }),
    response: z.object({ id: z.uuid(), name: z.string(), permission: level, key: z.string() }),
    status: 201,
    audit: {
      event: 'api-key.created',
      details: ({ body }, { id, name }) => ({
        keyId: id,
        name,
        permission: body.permission,
        expiresAt: body.expiresAt ?? null,
      }),
    },
    handle: async ({ body, identity, reply, transaction }) => {
      // A leaked key must not outlive its revocation by the keys that it made.
      requireSession(identity)
      if (!isPermitted(identity.permission, body.permission)) {
        throw new Problem(
          403,
          'not-permitted',
          `A key holds at most your own permission, which is ${identity.permission}.`,
        )
      }
      if (body.expiresAt !== undefined && Date.parse(body.expiresAt) <= Date.now()) {
        throw new Problem(400, 'invalid-request', 'The key would have expired already.')
      }
      reply.header('cache-control', 'no-store')
      const created = await createApiKey(transaction, { ...body, createdBy: identity.userId })
      return { ...created, name: body.name, permission: body.permission }
    },
  }),
  write({
    method: 'DELETE',
    url: '/api-keys/:id',
    id: 'revokeApiKey',
    tag,
    summary: 'Revoke an API key; it is refused from now on',
    permission,
    params: byId,
    response: z.object({ name: z.string() }),
    audit: { event: 'api-key.revoked', details: ({ params }, { name }) => ({ keyId: params.id, name }) },
    handle: async ({ params, identity, transaction, afterCommit }, { revocations }) => {
      const name = await revokeApiKey(transaction, params.id, ownerOf(identity))
      afterCommit(() => revocations.note([params.id]))
      return { name }
    },
  }),
]
