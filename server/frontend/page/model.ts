export interface Agent {
  readonly id: string
  readonly name: string
  readonly modelTier: string
  readonly state: 'idle' | 'working' | 'paused' | 'archived'
  readonly successRate: number
  readonly tasksCompleted: number
  readonly tasksFailed: number
}

export interface Task {
  readonly id: string
  readonly title: string
  readonly modelTier: string
  readonly state: 'queued' | 'running' | 'completed' | 'failed'
  readonly agent: string | null
  readonly result: { readonly model: string; readonly text: string } | null
  readonly error: string | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
}

export interface Swarm {
  readonly agents: readonly Agent[]
  readonly tasks: readonly Task[]
}

export type ServerMessage = ({ readonly type: 'snapshot' } & Swarm) | ({ readonly type: 'changes' } & Swarm)

export const emptySwarm: Swarm = { agents: [], tasks: [] }
const shownTasks = 50

function merged<Row extends { readonly id: string }>(rows: readonly Row[], changes: readonly Row[]): Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const row of changes) byId.set(row.id, row)
  return [...byId.values()]
}

/** The swarm after a message: a snapshot replaces everything, changes replace their rows. */
export function applyMessage(swarm: Swarm, message: ServerMessage): Swarm {
  if (message.type === 'snapshot') return { agents: message.agents, tasks: message.tasks }
  const agents = merged(swarm.agents, message.agents).filter(({ state }) => state !== 'archived')
  const tasks = merged(swarm.tasks, message.tasks).sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  return { agents: agents.sort((a, b) => a.name.localeCompare(b.name)), tasks: tasks.slice(0, shownTasks) }
}

/** How long a task has run or did run, for people. */
export function duration({ startedAt, finishedAt }: Task, now: number): string {
  if (startedAt === null) return ''
  const seconds = Math.max(0, (finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt)) / 1000
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}
