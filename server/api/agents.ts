import { z } from 'zod'
import { Problem } from '../common/problems.ts'
import { createAgent, findAgent, listAgents, moveAgent, type AgentAction } from '../database/agents.ts'
import { agentStates, modelTiers } from '../database/tables.ts'
import type { PermissionLevel } from '../common/permissions.ts'
import { read, write, type Route } from './route.ts'
import { line, paragraph } from '../common/texts.ts'

const agent = z.object({
  id: z.uuid(),
  name: z.string(),
  modelTier: z.enum(modelTiers),
  state: z.enum(agentStates),
  instructions: z.string(),
  successRate: z.number(),
  tasksCompleted: z.number().int(),
  tasksFailed: z.number().int(),
  lastActiveAt: z.string(),
  updatedAt: z.string(),
})

const address = z.object({ id: z.uuid() })
const tag = 'agents'

const move = (action: AgentAction, event: string, permission: PermissionLevel, summary: string): Route =>
  write({
    method: 'POST',
    url: `/agents/:id/${action}`,
    id: `${action}Agent`,
    tag,
    summary,
    permission,
    params: address,
    response: agent,
    audit: { event, details: (_exchange, { id, name, state }) => ({ agentId: id, name, state }) },
    handle: async ({ params, transaction, afterCommit }, { cache }) => {
      const moved = await moveAgent(transaction, params.id, action)
      afterCommit(() => cache.changed('agent'))
      return moved
    },
  })

/** The agents of the suite, and their life. */
export const agentRoutes: readonly Route[] = [
  read({
    url: '/agents',
    id: 'listAgents',
    tag,
    summary: 'All agents that are not archived',
    permission: 'read_only',
    response: z.object({ agents: z.array(agent) }),
    handle: async (_exchange, { cache }) => ({
      agents: await cache.read({ key: 'agents', kinds: ['agent'] }, listAgents),
    }),
  }),
  read({
    url: '/agents/:id',
    id: 'getAgent',
    tag,
    summary: 'One agent, archived or not',
    permission: 'read_only',
    params: address,
    response: agent,
    handle: ({ database, params }) => findAgent(database, params.id),
  }),
  write({
    method: 'POST',
    url: '/agents',
    id: 'createAgent',
    tag,
    summary: 'Create an agent',
    permission: 'operator',
    status: 201,
    body: z.object({
      name: line(63).regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes'),
      modelTier: z.enum(modelTiers),
      instructions: paragraph(10_000).optional().describe('What the agent is told before each task.'),
    }),
    response: agent,
    audit: { event: 'agent.created', details: (_exchange, { name, modelTier }) => ({ name, modelTier }) },
    handle: async ({ body, reply, transaction, afterCommit }, { cache }) => {
      const created = await createAgent(transaction, body)
      if (created === undefined) throw new Problem(409, 'name-taken', `There is an agent ${body.name} already.`)
      afterCommit(() => cache.changed('agent'))
      reply.header('location', `/api/agents/${created.id}`)
      return created
    },
  }),
  move('pause', 'agent.paused', 'operator', 'Give an agent no new tasks; what it works on is finished'),
  move('resume', 'agent.resumed', 'operator', 'Let an agent take tasks again'),
  move('archive', 'agent.archived', 'administrator', 'Put an agent away for good; its record stays'),
]
