import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ConsoleError } from '#shared/errors.ts'
import type { Scope } from '#shared/contract/base.ts'
import { Tasks, type Task, type TaskControl, type TaskDescription } from './tasks.ts'

let folder: string
let now: number
let tasks: Tasks
const suiteOf = ({ context, namespace }: Scope) => ({ cluster: `uid of ${context}`, namespace })
const opened = () => new Tasks(folder, suiteOf, () => now)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-tasks-'))
  now = 1_000
  tasks = opened()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const description: TaskDescription = {
  kind: 'backup',
  scope: { context: 'sandbox', namespace: 'agency-swarm' },
  title: 'Back up',
  by: 'maya',
  steps: [
    { id: 'copy', title: 'Copy', group: 'safe' },
    { id: 'swap', title: 'Swap', group: 'change' },
  ],
}
const never = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true }),
  )
/** A task that is in its first step until it is stopped, or left to continue. */
function waitingTask(prepare: (control: TaskControl) => void = () => undefined) {
  let goOn: () => void = () => undefined
  const released = new Promise<void>((resolve) => (goOn = resolve))
  const { taskId } = tasks.start(description, async (control) => {
    prepare(control)
    await control.step('copy', () => Promise.race([released, never(control.signal)]))
    await control.step('swap', () => Promise.resolve())
  })
  return { taskId, goOn }
}
const started = () => new Promise((resolve) => setImmediate(resolve))
const states = (task: Task) => task.steps.map(({ id, state }) => `${id} ${state}`)

it('goes through its steps and tells each change as a whole task', async () => {
  const told: Task[] = []
  tasks.changes.on((task) => told.push(task))
  const { taskId } = tasks.start(description, async (control) => {
    await control.step('copy', (step) => {
      step.detail('half')
      step.progress({ done: 1, total: 2, unit: 'bytes' })
      now += 500
      return Promise.resolve()
    })
    control.skip('swap', 'nothing to swap')
    control.log('good', 'copied')
    control.result({ backupId: 'b1' })
  })
  expect(tasks.all()).toMatchObject([{ id: taskId, state: 'running', startedAt: 1_000 }])
  const task = await tasks.ended(taskId)
  expect(task).toMatchObject({ state: 'done', endedAt: 1_500, result: { backupId: 'b1' }, uncancellable: '' })
  expect(states(task)).toEqual(['copy done', 'swap skipped'])
  expect(told.map((each) => each.steps[0]?.state)).toEqual(expect.arrayContaining(['waiting', 'running', 'done']))
  expect(told[0]?.steps[0]?.state).toBe('waiting')
})

it('ends as cancelled when it is stopped, in the step that ran', async () => {
  const { taskId } = waitingTask()
  await started()
  tasks.cancel(taskId)
  const task = await tasks.ended(taskId)
  expect(task).toMatchObject({ state: 'cancelled', fault: { code: 'CANCELLED' } })
  expect(states(task)).toEqual(['copy failed', 'swap waiting'])
})

it('refuses to stop past the point of stopping, with the reason', async () => {
  const { taskId, goOn } = waitingTask((control) => control.uncancellable('The databases are being swapped.'))
  await started()
  expect(() => tasks.cancel(taskId)).toThrow(
    expect.objectContaining({ code: 'BUSY', message: 'The databases are being swapped.' }),
  )
  goOn()
  expect(await tasks.ended(taskId)).toMatchObject({ state: 'done', uncancellable: '' })
})

it('fails with the error of its step, and runs no further one', async () => {
  const { taskId } = tasks.start(description, async (control) => {
    await control.step('copy', () => Promise.reject(new ConsoleError('DISK_FULL', 'No room. Nothing was changed.')))
    await control.step('swap', () => Promise.resolve())
  })
  const task = await tasks.ended(taskId)
  expect(task).toMatchObject({
    state: 'failed',
    fault: { code: 'DISK_FULL', message: 'No room. Nothing was changed.' },
  })
  expect(states(task)).toEqual(['copy failed', 'swap waiting'])
})

it('finds the running task of a place, and none once it has ended', async () => {
  const { taskId, goOn } = waitingTask()
  const { scope } = description
  expect(tasks.running(['backup', 'restore'], scope)?.id).toBe(taskId)
  expect(tasks.running(['restore'], scope)).toBeUndefined()
  expect(tasks.running(['backup'], { ...scope, namespace: 'other' })).toBeUndefined()
  goOn()
  await tasks.ended(taskId)
  expect(tasks.running(['backup'], scope)).toBeUndefined()
})

it('leaves the list only when it has ended', async () => {
  const { taskId, goOn } = waitingTask()
  tasks.dismiss(taskId)
  expect(tasks.all()).toHaveLength(1)
  goOn()
  await tasks.ended(taskId)
  tasks.audited(taskId, 1)
  tasks.dismiss(taskId)
  expect(tasks.all()).toEqual([])
  expect(tasks.history(10)).toMatchObject([{ id: taskId, state: 'done' }])
  expect(() => tasks.cancel(taskId)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
})

it('stops what can be stopped when the engine closes, and waits for what cannot', async () => {
  const free = waitingTask()
  const bound = waitingTask((control) => control.uncancellable('Swapping.'))
  await started()
  const stopping = tasks.stop()
  expect((await tasks.ended(free.taskId)).state).toBe('cancelled')
  bound.goOn()
  await stopping
  expect((await tasks.ended(bound.taskId)).state).toBe('done')
})

it('plans the next run by how long each step took, per kind and cluster, also after a restart', async () => {
  const run = (own: Tasks, cluster: string, milliseconds: number) =>
    own.start({ ...description, scope: { ...description.scope, context: cluster } }, async (control) => {
      await control.step('copy', () => Promise.resolve((now += milliseconds)))
      control.skip('swap', '')
    })
  await tasks.ended(run(tasks, 'sandbox', 700).taskId)
  await tasks.ended(run(tasks, 'context:prod', 9_000).taskId)
  const next = opened()
  const { taskId } = run(next, 'sandbox', 1)
  expect(
    next
      .all()
      .at(-1)
      ?.steps.map(({ plannedMs }) => plannedMs),
  ).toEqual([700, undefined])
  await next.ended(taskId)
})

it('learns nothing from a run that failed, and starts without estimates when their file is broken', async () => {
  const { taskId } = tasks.start(description, (control) => control.step('copy', () => Promise.reject(new Error('no'))))
  await tasks.ended(taskId)
  await writeFile(join(folder, 'step-durations.json'), '{"backup sandbox":')
  const next = opened()
  const again = next.start(description, (control) => control.step('copy', () => Promise.resolve()))
  expect(next.all().at(-1)?.steps[0]?.plannedMs).toBeUndefined()
  await next.ended(again.taskId)
})

it('keeps the last 200 lines of its log', async () => {
  const { taskId } = tasks.start(description, (control) => {
    for (let line = 1; line <= 250; line += 1) control.log('info', String(line))
    return Promise.resolve()
  })
  const { log } = await tasks.ended(taskId)
  expect([log.length, log[0]?.text, log.at(-1)?.text]).toEqual([200, '51', '250'])
})

it('200 tasks that end at the same moment are done, and so are 30 rounds of three', { timeout: 120_000 }, async () => {
  const run = (own: Tasks, kind: string) =>
    own.start({ ...description, scope: { ...description.scope, context: kind } }, (control) =>
      control.step('copy', () => Promise.resolve()),
    )
  const states: string[] = []
  const many = Array.from({ length: 200 }, (_, i) => run(tasks, `cluster-${i}`))
  for (const { taskId } of many) states.push((await tasks.ended(taskId)).state)
  for (let round = 0; round < 30; round += 1) {
    for (const { taskId } of ['a', 'b', 'c'].map((kind) => run(tasks, kind)))
      states.push((await tasks.ended(taskId)).state)
  }
  expect(states).toHaveLength(290)
  expect(new Set(states)).toEqual(new Set(['done']))
})
