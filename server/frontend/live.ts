import type { FastifyBaseLogger } from 'fastify'
import { listAgents } from '../database/agents.ts'
import type { ChangeFeed } from '../database/changeFeed.ts'
import type { Database } from '../database/connection.ts'
import { findTasks, listTasks } from '../database/tasks.ts'
import type { Hub } from './hub.ts'

/** Changes that come together are read together. Milliseconds. */
const batchTime = 100
const shownTasks = 50

/** Everything that the page shows, at one time. */
export async function takeSnapshot(database: Database) {
  const [agents, tasks] = await Promise.all([listAgents(database), listTasks(database, { limit: shownTasks })])
  return { agents, tasks }
}

/** Reads what the feed says has changed and sends it to everyone who listens. */
export function broadcastChanges(feed: ChangeFeed, database: Database, hub: Hub, log: FastifyBaseLogger): void {
  const changed = { agent: new Set<string>(), task: new Set<string>() }
  let timer: NodeJS.Timeout | undefined

  const flush = async () => {
    timer = undefined
    const agentIds = [...changed.agent]
    const taskIds = [...changed.task]
    changed.agent.clear()
    changed.task.clear()
    if (!hub.hasListeners()) return
    const agents = agentIds.length === 0 ? [] : await listAgents(database, agentIds)
    const tasks = taskIds.length === 0 ? [] : await findTasks(database, taskIds)
    hub.broadcast({ type: 'changes', agents, tasks })
  }
  // Changes that cannot be read now are not lost: when the database is back, the feed asks for a new snapshot.
  const report = (error: unknown) => log.warn({ err: error }, 'changes could not be read')

  feed.on('change', ({ kind, id }) => {
    changed[kind].add(id)
    timer ??= setTimeout(() => void flush().catch(report), batchTime)
  })
  feed.on('resync', () => {
    if (!hub.hasListeners()) return
    takeSnapshot(database).then((snapshot) => {
      hub.broadcast({ type: 'snapshot', ...snapshot })
    }, report)
  })
}
