export type Permission = 'read_only' | 'operator' | 'administrator'
export type TaskState = 'queued' | 'running' | 'completed' | 'failed' | 'dead' | 'cancelled'

export interface Agent {
  readonly id: string
  readonly name: string
  readonly modelTier: string
  readonly state: 'idle' | 'working' | 'hibernated' | 'paused' | 'archived'
  readonly successRate: number
  readonly tasksCompleted: number
  readonly tasksFailed: number
}

export interface Task {
  readonly id: string
  readonly title: string
  readonly input: string
  readonly modelTier: string
  readonly priority: number
  readonly state: TaskState
  readonly agent: string | null
  readonly result: { readonly model: string; readonly text: string } | null
  readonly error: string | null
  readonly attempts: number
  readonly maxAttempts: number
  readonly deadline: string | null
  /** US dollars. */
  readonly budget: number | null
  readonly cost: number
  readonly isCancelRequested: boolean
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
}

interface Row {
  readonly id: string
}

/** What the socket tells, as far as this page asks for it. */
export type ServerMessage =
  | { readonly type: 'authenticated' | 'subscribed' | 'position' | 'refused'; readonly id?: string }
  | { readonly type: 'snapshot'; readonly id: string; readonly topic: string; readonly rows: readonly Row[] }
  | {
      readonly type: 'changes'
      readonly id: string
      readonly changes: readonly { readonly kind: string; readonly id: string; readonly row: Row | null }[]
    }

export interface Swarm {
  readonly agents: readonly Agent[]
  readonly tasks: readonly Task[]
  /** Counts what was paid since the page opened: a reason to ask for the sums again. */
  readonly costChanges: number
  readonly isLoaded: boolean
}

export const emptySwarm: Swarm = { agents: [], tasks: [], costChanges: 0, isLoaded: false }
const shownTasks = 100

function merged<Item extends Row>(rows: readonly Item[], changes: ReadonlyMap<string, Row | null>): Item[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const [id, row] of changes) {
    if (row === null) byId.delete(id)
    else byId.set(id, row as Item)
  }
  return [...byId.values()]
}

const inOrder = (tasks: readonly Task[]) =>
  [...tasks].sort((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, shownTasks)

/** The swarm after a message: a snapshot replaces its topic, changes replace their rows. */
export function applyMessage(swarm: Swarm, message: ServerMessage): Swarm {
  if (message.type === 'snapshot') {
    if (message.topic === 'agents') return { ...swarm, agents: message.rows as Agent[] }
    if (message.topic === 'tasks') return { ...swarm, tasks: message.rows as Task[], isLoaded: true }
    return { ...swarm, costChanges: swarm.costChanges + 1 }
  }
  if (message.type !== 'changes') return swarm
  const ofKind = (kind: string) =>
    new Map(message.changes.filter((change) => change.kind === kind).map(({ id, row }) => [id, row]))
  const [agents, tasks, costs] = [ofKind('agent'), ofKind('task'), ofKind('cost')]
  return {
    ...swarm,
    agents:
      agents.size === 0 ? swarm.agents : merged(swarm.agents, agents).sort((a, b) => a.name.localeCompare(b.name)),
    tasks: tasks.size === 0 ? swarm.tasks : inOrder(merged(swarm.tasks, tasks)),
    costChanges: swarm.costChanges + (costs.size > 0 ? 1 : 0),
  }
}

/** How long a task has run or did run, for people. */
export function duration({ startedAt, finishedAt }: Pick<Task, 'startedAt' | 'finishedAt'>, now: number): string {
  if (startedAt === null) return ''
  const seconds = Math.max(0, (finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt)) / 1000
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
}

/** US dollars with as many digits as say something. */
export function dollars(amount: number): string {
  if (amount === 0) return '$0'
  return amount < 0.01 ? `$${amount.toPrecision(2)}` : `$${amount.toFixed(2)}`
}

export const isOver = ({ state }: Pick<Task, 'state'>) => state !== 'queued' && state !== 'running'
