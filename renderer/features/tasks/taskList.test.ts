import { describe, expect, it } from 'vitest'
import type { Task } from '#shared/contract/tasks.ts'
import { currentStep, orderTasks, stepPosition } from './taskList.ts'

const task = (values: Partial<Task>): Task => ({
  id: 'one',
  kind: 'backup',
  call: 'backups.start',
  effect: 'write',
  context: 'context:prod',
  offers: [],
  seen: false,
  cluster: 'sandbox',
  namespace: 'agency-swarm',
  title: 'Backup',
  state: 'running',
  steps: [],
  log: [],
  startedAt: 1,
  by: 'root',
  uncancellable: '',
  result: {},
  ...values,
})
const step = (id: string, state: Task['steps'][number]['state']) => ({
  id,
  title: id,
  state,
  detail: '',
  group: 'safe' as const,
})

describe('the list of tasks', () => {
  it('shows running tasks first, then the newest', () => {
    const list = orderTasks([
      task({ id: 'old', state: 'done', startedAt: 1 }),
      task({ id: 'new', state: 'failed', startedAt: 9 }),
      task({ id: 'now', startedAt: 5 }),
    ])
    expect(list.map((each) => each.id)).toEqual(['now', 'new', 'old'])
  })

  it('names the step that runs or failed', () => {
    const steps = [step('a', 'done'), step('b', 'failed'), step('c', 'waiting')]
    expect(currentStep(task({ steps }))?.id).toBe('b')
    expect(stepPosition(task({ steps }))).toEqual({ done: 1, total: 3 })
  })
})
