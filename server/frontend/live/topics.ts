import type { Transaction } from 'kysely'
import { isPermitted, type PermissionLevel } from '../../common/permissions.ts'
import { listAgents } from '../../database/agents.ts'
import { costEntries, knowledgeEntries } from '../../database/liveRows.ts'
import type { Tables } from '../../database/tables.ts'
import { findTasks, listTasks } from '../../database/tasks.ts'
import type { Item } from './batch.ts'

/** Whoever listens: what the topics ask about them. */
export interface Viewer {
  readonly userId: string
  readonly permission: PermissionLevel
}

interface Topic {
  /** As the API's route for the same rows asks for. */
  readonly permission: PermissionLevel
  readonly has: (item: Item, viewer: Viewer) => boolean
  /** The rows of a fresh start, newest first where they have a time. */
  readonly rows: (transaction: Transaction<Tables>, viewer: Viewer) => Promise<readonly object[]>
}

const shownRows = 50

const byName: Readonly<Record<string, Topic>> = {
  agents: {
    permission: 'read_only',
    has: ({ kind }) => kind === 'agent',
    rows: (transaction) => listAgents(transaction),
  },
  tasks: {
    permission: 'read_only',
    has: ({ kind }) => kind === 'task',
    rows: (transaction) => listTasks(transaction, { limit: shownRows }),
  },
  'tasks:mine': {
    permission: 'read_only',
    has: ({ kind, owner }, { userId }) => kind === 'task' && owner === userId,
    rows: (transaction, { userId }) => listTasks(transaction, { limit: shownRows, submittedBy: userId }),
  },
  costs: {
    permission: 'read_only',
    has: ({ kind }) => kind === 'cost',
    rows: (transaction) => costEntries(transaction, { limit: shownRows }),
  },
  knowledge: {
    permission: 'read_only',
    has: ({ kind }) => kind === 'knowledge',
    rows: (transaction) => knowledgeEntries(transaction, { limit: shownRows }),
  },
}

const oneTask = /^task:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** The topic of a name, or undefined for a name that means nothing. */
function findTopic(name: string): Topic | undefined {
  const [, taskId] = oneTask.exec(name) ?? []
  if (taskId === undefined) return Object.hasOwn(byName, name) ? byName[name] : undefined
  return {
    permission: 'read_only',
    has: ({ kind, id }) => kind === 'task' && id === taskId,
    rows: (transaction) => findTasks(transaction, [taskId]),
  }
}

/** The topic, or why this viewer does not get it: a stable code. */
export function openTopic(name: string, viewer: Viewer): Topic | 'no-such-topic' | 'not-permitted' {
  const topic = findTopic(name)
  if (topic === undefined) return 'no-such-topic'
  return isPermitted(viewer.permission, topic.permission) ? topic : 'not-permitted'
}

/** Whether any of the topics shows the item. The end of a session is in none. */
export function isShown(item: Item, topics: readonly string[], viewer: Viewer): boolean {
  return topics.some((name) => findTopic(name)?.has(item, viewer) ?? false)
}
