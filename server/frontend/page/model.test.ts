import { describe, expect, it } from 'vitest'
import { applyMessage, duration, emptySwarm, type Agent, type Task } from './model.ts'

const task = (id: string, minute: number, state: Task['state'] = 'queued'): Task => ({
  id,
  title: id,
  modelTier: 'SONNET',
  state,
  agent: null,
  result: null,
  error: null,
  createdAt: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  startedAt: null,
  finishedAt: null,
})
const agent = (name: string, state: Agent['state'] = 'idle'): Agent => ({
  id: name,
  name,
  modelTier: 'OPUS',
  state,
  successRate: 1,
  tasksCompleted: 0,
  tasksFailed: 0,
})

describe('the swarm on the page', () => {
  const first = applyMessage(emptySwarm, { type: 'snapshot', agents: [agent('b')], tasks: [task('one', 1)] })

  it('puts new tasks on top and changes known ones in place', () => {
    const next = applyMessage(first, {
      type: 'changes',
      agents: [],
      tasks: [task('one', 1, 'running'), task('two', 2)],
    })
    expect(next.tasks.map(({ id, state }) => [id, state])).toEqual([
      ['two', 'queued'],
      ['one', 'running'],
    ])
  })

  it('lists agents by name and drops those that were archived', () => {
    const next = applyMessage(first, { type: 'changes', agents: [agent('a'), agent('b', 'archived')], tasks: [] })
    expect(next.agents.map(({ name }) => name)).toEqual(['a'])
  })

  it('forgets what it had when a snapshot comes', () => {
    expect(applyMessage(first, { type: 'snapshot', agents: [], tasks: [] })).toEqual(emptySwarm)
  })

  it('keeps the newest fifty tasks', () => {
    const tasks = Array.from({ length: 60 }, (_, minute) => task(`task-${minute}`, minute))
    const next = applyMessage(emptySwarm, { type: 'changes', agents: [], tasks })
    expect(next.tasks).toHaveLength(50)
    expect(next.tasks[0]?.id).toBe('task-59')
  })
})

describe('the time of a task', () => {
  const startedAt = '2026-01-01T00:00:00.000Z'
  const start = Date.parse(startedAt)

  it('is empty before it starts, runs while it runs, and stays when it is over', () => {
    expect(duration(task('x', 0), start)).toBe('')
    expect(duration({ ...task('x', 0), startedAt }, start + 1_500)).toBe('1.5 s')
    const finishedAt = '2026-01-01T00:01:30.000Z'
    expect(duration({ ...task('x', 0), startedAt, finishedAt }, start + 999_999)).toBe('1 min 30 s')
  })
})
