import { z } from 'zod'
import { hashPassword } from '../common/passwords.ts'
import {
  changeUser,
  createUser,
  deleteUser,
  findUser,
  listUsers,
  setPassword,
  unlockUser,
  type User,
} from '../database/users.ts'
import { requireMatch } from './etags.ts'
import { byId, newPassword, permission as level, user, userName } from './identitySchemas.ts'
import { read, write, type Route } from './route.ts'
import { line } from '../common/texts.ts'

const tag = 'users'
const permission = 'administrator'
const tenant = line(100)

const nameOf = ({ id, name }: Pick<User, 'id' | 'name'>) => ({ userId: id, name })

/** The users of the suite, for administrators. */
export const userRoutes: readonly Route[] = [
  read({
    url: '/users',
    id: 'listUsers',
    tag,
    summary: 'Users by name',
    permission,
    query: z.object({
      after: line(100).optional().describe('Only names after this one: the `next` of the page before.'),
      limit: z.coerce.number().int().min(1).max(200).default(100),
    }),
    response: z.object({ users: z.array(user), next: z.string().nullable() }),
    handle: async ({ database, query }) => {
      const users = await listUsers(database, query)
      return { users, next: users.length === query.limit ? (users.at(-1)?.name ?? null) : null }
    },
  }),
  read({
    url: '/users/:id',
    id: 'getUser',
    tag,
    summary: 'One user',
    permission,
    params: byId,
    response: user,
    handle: ({ database, params }) => findUser(database, params.id),
  }),
  write({
    method: 'POST',
    url: '/users',
    id: 'createUser',
    tag,
    summary: 'Create a user',
    permission,
    body: z.object({ name: userName, password: newPassword, permission: level, tenant: tenant.default('default') }),
    response: user,
    status: 201,
    audit: {
      event: 'user.created',
      details: (_exchange, created) => ({ ...nameOf(created), permission: created.permission, tenant: created.tenant }),
    },
    prepare: ({ body }) => hashPassword(body.password),
    handle: async ({ body, reply, transaction }, _context, passwordHash) => {
      const created = await createUser(transaction, { ...body, passwordHash })
      reply.header('location', `/api/users/${created.id}`)
      return created
    },
  }),
  write({
    method: 'PATCH',
    url: '/users/:id',
    id: 'changeUser',
    tag,
    summary: 'Change permission or tenant, disable or enable; a changed permission and disabling end the sessions',
    permission,
    params: byId,
    body: z.object({ permission: level.optional(), isDisabled: z.boolean().optional(), tenant: tenant.optional() }),
    response: user,
    audit: { event: 'user.changed', details: ({ body }, changed) => ({ ...nameOf(changed), ...given(body) }) },
    handle: async ({ params, body, request, transaction, afterCommit }, { revocations }) => {
      if (request.headers['if-match'] !== undefined) {
        requireMatch(request, JSON.stringify(user.parse(await findUser(transaction, params.id))))
      }
      const { user: changed, endedSessions } = await changeUser(transaction, params.id, body)
      afterCommit(() => revocations.note(endedSessions))
      return changed
    },
  }),
  write({
    method: 'PUT',
    url: '/users/:id/password',
    id: 'resetPassword',
    tag,
    summary: "Set another user's password, unlock the account and end its sessions",
    permission,
    params: byId,
    body: z.object({ password: newPassword }),
    response: user,
    audit: { event: 'password.reset', details: (_exchange, changed) => nameOf(changed) },
    prepare: ({ body }) => hashPassword(body.password),
    handle: async ({ params, transaction, afterCommit }, { revocations }, passwordHash) => {
      const changed = await setPassword(transaction, params.id, passwordHash, 'password-reset')
      afterCommit(() => revocations.note(changed.endedSessions))
      return changed.user
    },
  }),
  write({
    method: 'POST',
    url: '/users/:id/unlock',
    id: 'unlockUser',
    tag,
    summary: 'Let a user whose account pauses sign in again at once',
    permission,
    params: byId,
    response: user,
    audit: { event: 'user.unlocked', details: (_exchange, unlocked) => nameOf(unlocked) },
    handle: ({ params, transaction }) => unlockUser(transaction, params.id),
  }),
  write({
    method: 'DELETE',
    url: '/users/:id',
    id: 'deleteUser',
    tag,
    summary: 'Delete a user with sessions and API keys; what they submitted stays',
    permission,
    params: byId,
    response: user,
    audit: { event: 'user.deleted', details: (_exchange, deleted) => nameOf(deleted) },
    handle: async ({ params, transaction, afterCommit }, { revocations }) => {
      const { user: deleted, endedSessions } = await deleteUser(transaction, params.id)
      afterCommit(() => revocations.note(endedSessions))
      return deleted
    },
  }),
]

/** What a change names. */
function given(change: Readonly<Record<string, string | boolean | undefined>>): Record<string, string | boolean> {
  const entries = Object.entries(change)
  return Object.fromEntries(entries.filter((entry): entry is [string, string | boolean] => entry[1] !== undefined))
}
