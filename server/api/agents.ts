import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { identityOf, requirePermission } from '../common/authentication.ts'
import { Problem } from '../common/problems.ts'
import { createAgent, listAgents } from '../database/agents.ts'
import { recordAudit } from '../database/audit.ts'
import type { ApiContext } from './context.ts'
import { agent, newAgent } from './schemas.ts'

/** The agents of the suite. */
export function agentRoutes({ database, tokens, cache }: ApiContext): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/agents',
      {
        onRequest: requirePermission(tokens, 'read_only'),
        schema: { response: { 200: z.object({ agents: z.array(agent) }) } },
      },
      async () => ({
        agents: await cache.read({ key: 'agents', kinds: ['agent'] }, (transaction) => listAgents(transaction)),
      }),
    )

    app.post(
      '/agents',
      { onRequest: requirePermission(tokens, 'operator'), schema: { body: newAgent, response: { 201: agent } } },
      async (request, reply) => {
        const created = await createAgent(database, request.body)
        if (created === undefined) {
          throw new Problem(409, 'name-taken', `There is an agent ${request.body.name} already.`)
        }
        cache.changed('agent')
        const details = { name: created.name, modelTier: created.modelTier }
        const actor = identityOf(request).name
        await recordAudit(database, { event: 'agent.created', actor, address: request.ip, details })
        return reply.status(201).send(created)
      },
    )
    done()
  }
}
