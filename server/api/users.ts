import { randomUUID } from 'node:crypto'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { identityOf, requirePermission } from '../common/authentication.ts'
import { hashPassword, isPassword } from '../common/passwords.ts'
import { Problem } from '../common/problems.ts'
import { recordAudit } from '../database/audit.ts'
import type { ApiContext } from './context.ts'
import { credentials, newUser, signedIn, user } from './schemas.ts'

/** Signing in, and users. */
export function userRoutes(context: ApiContext): FastifyPluginCallbackZod {
  const { database, tokens, loginLimit } = context
  const tokenLifetimeSeconds = context.configuration.TOKEN_LIFETIME_SECONDS

  return (app, _options, done) => {
    app.post('/auth/login', { schema: { body: credentials, response: { 200: signedIn } } }, async (request) => {
      const { name, password } = request.body
      const limitKey = `${request.ip} ${name}`
      loginLimit.check(limitKey)
      const found = await database.selectFrom('archon_users').selectAll().where('name', '=', name).executeTakeFirst()
      const address = request.ip
      if (!(await isPassword(found?.password_hash, password)) || found === undefined) {
        loginLimit.recordFailure(limitKey)
        await recordAudit(database, { event: 'login.refused', actor: name, address, details: {} })
        throw new Problem(401, 'wrong-credentials', 'The name or the password is not right.')
      }
      loginLimit.clear(limitKey)
      const sessionId = randomUUID()
      const expiresAt = new Date(Date.now() + tokenLifetimeSeconds * 1000)
      const session = { id: sessionId, user_id: found.id, address, expires_at: expiresAt }
      await database.insertInto('archon_sessions').values(session).execute()
      await recordAudit(database, { event: 'login', actor: name, address, details: { sessionId } })
      const { id: userId, permission } = found
      const token = await tokens.issue({ userId, sessionId, name, permission }, tokenLifetimeSeconds)
      return { token, expiresAt: expiresAt.toISOString(), name, permission }
    })

    app.get(
      '/me',
      { onRequest: requirePermission(tokens, 'read_only'), schema: { response: { 200: user } } },
      (request) => {
        const { userId: id, name, permission } = identityOf(request)
        return { id, name, permission }
      },
    )

    app.post(
      '/users',
      { onRequest: requirePermission(tokens, 'administrator'), schema: { body: newUser, response: { 201: user } } },
      async (request, reply) => {
        const { name, password, permission } = request.body
        const created = await database
          .insertInto('archon_users')
          .values({ name, permission, password_hash: await hashPassword(password) })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning('id')
          .executeTakeFirst()
        if (created === undefined) throw new Problem(409, 'name-taken', `There is a user ${name} already.`)
        const actor = identityOf(request).name
        const details = { name, permission }
        await recordAudit(database, { event: 'user.created', actor, address: request.ip, details })
        return reply.status(201).send({ id: created.id, name, permission })
      },
    )
    done()
  }
}
