import { z } from 'zod'
import { Problem } from '../common/problems.ts'
import { deleteSecret, listSecrets, writeSecret } from '../database/secrets.ts'
import { read, write, type Route } from './route.ts'
import { paragraph } from '../common/texts.ts'

const tag = 'secrets'
const permission = 'administrator'

const byName = z.object({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'must be lower-case letters, digits, dots, dashes and underscores'),
})

/** Values that the suite works with, such as the key of a model's endpoint. They are written and never read back. */
export const secretRoutes: readonly Route[] = [
  read({
    url: '/secrets',
    id: 'listSecrets',
    tag,
    summary: 'The names of the secrets; no value is ever shown',
    permission,
    response: z.object({
      secrets: z.array(
        z.object({
          name: z.string(),
          updatedBy: z.string().nullable(),
          createdAt: z.iso.datetime(),
          updatedAt: z.iso.datetime(),
        }),
      ),
    }),
    handle: async ({ database }) => ({ secrets: await listSecrets(database) }),
  }),
  write({
    method: 'PUT',
    url: '/secrets/:name',
    id: 'writeSecret',
    tag,
    summary: 'Write or replace the value of a secret, encrypted',
    permission,
    params: byName,
    body: z.object({ value: paragraph(20_000) }),
    response: z.object({ name: z.string(), isNew: z.boolean() }),
    audit: { event: 'secret.written', details: ({ params }, { isNew }) => ({ name: params.name, isNew }) },
    handle: async ({ params, body, identity, transaction }, { encryption }) => {
      const secret = { name: params.name, value: body.value, updatedBy: identity.userId }
      return { name: params.name, isNew: await writeSecret(transaction, encryption, secret) }
    },
  }),
  write({
    method: 'DELETE',
    url: '/secrets/:name',
    id: 'deleteSecret',
    tag,
    summary: 'Delete a secret',
    permission,
    params: byName,
    audit: { event: 'secret.deleted', details: ({ params }) => ({ name: params.name }) },
    handle: async ({ params, transaction }) => {
      const wasThere = await deleteSecret(transaction, params.name)
      if (!wasThere) throw new Problem(404, 'no-such-secret', 'There is no secret with this name.')
      return undefined
    },
  }),
]
