import { describe, expect, it } from 'vitest'
import { applyMessage, dollars, duration, emptySwarm, type Agent, type Task } from './model.ts'

const task = (id: string, minute: number, state: Task['state'] = 'queued'): Task => ({
  id,
  title: id,
  input: '',
  modelTier: 'HAIKU',
  priority: 0,
  state,
  agent: null,
  result: null,
  error: null,
  attempts: 0,
  maxAttempts: 5,
  deadline: null,
  budget: null,
  cost: 0,
  isCancelRequested: false,
  createdAt: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  startedAt: null,
  finishedAt: null,
})
const agent = (name: string): Agent => ({
  id: name,
  name,
  modelTier: 'OPUS',
  state: 'idle',
  successRate: 1,
  tasksCompleted: 0,
  tasksFailed: 0,
})

describe('the swarm after a message', () => {
  const begun = applyMessage(
    applyMessage(emptySwarm, { type: 'snapshot', id: '1', topic: 'tasks', rows: [task('b', 2), task('a', 1)] }),
    { type: 'snapshot', id: '1', topic: 'agents', rows: [agent('m'), agent('z')] },
  )

  it('holds what snapshots say, each topic by itself', () => {
    expect([begun.tasks.map(({ id }) => id), begun.agents.map(({ id }) => id), begun.isLoaded]).toEqual([
      ['b', 'a'],
      ['m', 'z'],
      true,
    ])
  })

  it('replaces, adds and removes rows in their order', () => {
    const changes = [
      { kind: 'task', id: 'a', row: task('a', 1, 'completed') },
      { kind: 'task', id: 'c', row: task('c', 3) },
      { kind: 'agent', id: 'z', row: null },
      { kind: 'agent', id: 'b', row: agent('b') },
      { kind: 'cost', id: '7', row: { id: '7' } },
    ]
    const next = applyMessage(begun, { type: 'changes', id: '2', changes })
    expect(next.tasks.map(({ id, state }) => `${id} ${state}`)).toEqual(['c queued', 'b queued', 'a completed'])
    expect(next.agents.map(({ id }) => id)).toEqual(['b', 'm'])
    expect(next.costChanges).toBe(begun.costChanges + 1)
  })

  it('keeps a bounded number of tasks, the newest', () => {
    const changes = Array.from({ length: 150 }, (_, index) => {
      const row = task(`t${index}`, index)
      return { kind: 'task', id: row.id, row }
    })
    const next = applyMessage(emptySwarm, { type: 'changes', id: '2', changes })
    expect([next.tasks.length, next.tasks[0]?.id]).toEqual([100, 't149'])
  })

  it('is the same for messages that only say that the connection lives', () => {
    expect(applyMessage(begun, { type: 'position', id: '3' })).toBe(begun)
  })
})

it('the time of a task is empty before it starts, runs while it runs, and stays when it is over', () => {
  const startedAt = '2026-01-01T00:00:00.000Z'
  const start = Date.parse(startedAt)
  expect(duration(task('x', 0), start)).toBe('')
  expect(duration({ startedAt, finishedAt: null }, start + 1_500)).toBe('1.5 s')
  expect(duration({ startedAt, finishedAt: '2026-01-01T00:01:59.900Z' }, start + 999_999)).toBe('1 min 59 s')
})

it('small sums keep the digits that say something', () => {
  expect([0, 0.000123, 0.5, 12.345].map(dollars)).toEqual(['$0', '$0.00012', '$0.50', '$12.35'])
})
