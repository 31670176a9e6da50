import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Task } from '#shared/contract/tasks.ts'
import { AuditLog } from '../audit/log.ts'
import { TaskOutcomes } from '../audit/taskOutcomes.ts'
import { sameCluster } from '../../testing/sameCluster.ts'
import { Tasks, type TaskDescription } from './tasks.ts'
import { points } from './testing/points.ts'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'console-crash-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

const scope = { context: 'sandbox', namespace: 'agency-swarm' }
const description: TaskDescription = {
  kind: 'deploy',
  scope,
  title: 'Deploy',
  by: 'maya',
  steps: [
    { id: 'copy', title: 'Copy', group: 'safe' },
    { id: 'swap', title: 'Swap', group: 'change' },
  ],
}
const opened = () => new Tasks(join(folder, 'tasks'), sameCluster.suiteOf)

/** A console that works on a task, and is killed at this point of it. @returns the signal that ended it */
function killedAt(point: string): Promise<NodeJS.Signals | null> {
  const script = fileURLToPath(new URL('testing/killedTask.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, point], { stdio: 'inherit' })
  return new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal)))
}

/** Opens what the killed console left, twice: the second time must find what the first has written. */
async function reopened(): Promise<{ tasks: Task[]; ends: string[]; intact: boolean }> {
  let found: { tasks: Task[]; ends: string[]; intact: boolean } | undefined
  for (let start = 0; start < 2; start += 1) {
    const audit = new AuditLog(join(folder, 'audit'))
    const tasks = opened()
    const outcomes = new TaskOutcomes(tasks, audit)
    outcomes.start()
    await outcomes.stop()
    const entries = await audit.list(100)
    const ends = entries.filter(({ outcome }) => outcome !== 'started').map(({ outcome }) => outcome)
    const now = { tasks: tasks.history(10), ends, intact: (await audit.verify()).intact }
    if (found) expect(now).toEqual(found)
    found = now
    tasks.close()
    await audit.close()
  }
  return found ?? { tasks: [], ends: [], intact: false }
}

describe('a console that was killed', () => {
  it.each(points)('$at: the task is there, true, and once in the audit log', { timeout: 60_000 }, async (point) => {
    expect(await killedAt(point.at)).toBe('SIGKILL')
    const { tasks, ends, intact } = await reopened()
    expect(tasks.map(({ state, steps }) => ({ state, steps: steps.map((step) => step.state) }))).toEqual(
      point.state === null ? [] : [{ state: point.state, steps: point.steps }],
    )
    expect(ends).toEqual(point.state === null ? [] : [point.state])
    expect(intact).toBe(true)
    const [task] = tasks
    if (task) expect(task).toMatchObject({ cluster: 'sandbox', context: 'sandbox', result: { release: 'r1' } })
  })
})

it('an interrupted task says in which step, and offers what its noun says', async () => {
  await killedAt('in swap')
  const tasks = opened()
  tasks.explain(['deploy'], () => Promise.resolve({ offers: [{ call: 'deploy.resume', title: 'Resume' }] }))
  await tasks.lookAtAll()
  const [task] = tasks.all()
  expect(task).toMatchObject({
    state: 'interrupted',
    offers: [{ call: 'deploy.resume', title: 'Resume' }],
    fault: { code: 'ENGINE_LOST', message: expect.stringContaining('"Swap"') as string },
  })
  expect(task?.log.map(({ text }) => text)).toEqual(['copied'])
})

it('where the cluster does not answer it can be asked again', async () => {
  await killedAt('in swap')
  const tasks = opened()
  tasks.explain(['deploy'], () => Promise.reject(new Error('no route')))
  await tasks.lookAtAll()
  expect(tasks.all()[0]?.offers).toEqual([{ call: 'tasks.look', title: 'Look again' }])
})

it.each([
  ['done', 'done'],
  ['cancelled', 'cancelled'],
] as const)('a later task that settles it as %s leaves no false offers', async (as, state) => {
  await killedAt('in swap')
  const tasks = opened()
  tasks.explain(['deploy'], () => Promise.resolve({ offers: [{ call: 'deploy.resume', title: 'Resume' }] }))
  await tasks.lookAtAll()
  const settles = { kinds: ['deploy'], as, text: 'Settled by a later one.' }
  const fail = tasks.start({ ...description, settles }, () => Promise.reject(new Error('no')))
  expect(tasks.all()[0]?.offers).toEqual([])
  await tasks.ended(fail.taskId)
  expect(tasks.all()[0]).toMatchObject({ state: 'interrupted', offers: [{ call: 'deploy.resume' }] })
  const good = tasks.start({ ...description, settles }, () => Promise.resolve())
  await tasks.ended(good.taskId)
  expect(tasks.all()[0]).toMatchObject({ state, offers: [] })
  expect(opened().all()[0]).toMatchObject({ state, offers: [] })
})

it('a task that began under a former id of its cluster is settled, found running and settled by a later one', async () => {
  await killedAt('in swap')
  const former = opened().all()[0]?.cluster ?? ''
  // Meanwhile the cluster's own id was learnt.
  const isOne = (a: string, b: string) => a === b || (a === former && b === 'uid') || (a === 'uid' && b === former)
  const suiteOf = ({ namespace }: { namespace: string }) => ({ cluster: 'uid', namespace })
  const tasks = new Tasks(join(folder, 'tasks'), suiteOf, Date.now, isOne)
  const settles = { kinds: ['deploy'], as: 'done' as const, text: 'A later one finished here.' }
  const { taskId } = tasks.start({ ...description, settles }, () => Promise.resolve())
  expect(tasks.running(['deploy'], scope)).toMatchObject({ id: taskId })
  await tasks.ended(taskId)
  expect(tasks.history(10).map(({ cluster, state }) => [cluster, state])).toEqual([
    ['uid', 'done'],
    [former, 'done'],
  ])
})

it('what ended while no window looked is in the list of the next start; what was seen is in the history alone', async () => {
  const before = opened()
  const [one, two] = [
    before.start(description, () => Promise.resolve()),
    before.start(description, () => Promise.resolve()),
  ]
  for (const [index, { taskId }] of [one, two].entries()) {
    await before.ended(taskId)
    before.audited(taskId, index + 1)
  }
  before.seen([one.taskId])
  const after = opened()
  expect(after.all().map(({ id, state }) => [id, state])).toEqual([[two.taskId, 'done']])
  expect(after.history(10).map(({ id }) => id)).toEqual([two.taskId, one.taskId])
  expect(after.history(1, two.taskId).map(({ id }) => id)).toEqual([one.taskId])
})

it('work whose journal cannot be written does not begin', async () => {
  await writeFile(join(folder, 'tasks'), 'a file where the folder must be')
  const tasks = opened()
  let ran = false
  const begin = () => tasks.start(description, () => Promise.resolve(void (ran = true)))
  expect(begin).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }))
  await rm(join(folder, 'tasks'))
  const { taskId } = begin()
  expect(await tasks.ended(taskId)).toMatchObject({ state: 'done' })
  expect(ran).toBe(true)
})

it('a data directory that is removed in the middle changes no outcome, and is said', async () => {
  const tasks = opened()
  const { taskId } = tasks.start(description, async (control) => {
    await control.step('copy', async () => {
      await rm(join(folder, 'tasks'), { recursive: true })
      await writeFile(join(folder, 'tasks'), 'no folder')
    })
    await control.step('swap', () => Promise.resolve())
  })
  const task = await tasks.ended(taskId)
  expect(task).toMatchObject({ state: 'done', steps: [{ state: 'done' }, { state: 'done' }] })
  expect(task.log.filter(({ level }) => level === 'warn')).toHaveLength(1)
  tasks.close()
})

it('an effect that is refused leaves no task, and its journal is there before it', async () => {
  const tasks = opened()
  const refused = tasks.startAfter(
    description,
    () => {
      expect(opened().history(5)).toMatchObject([{ title: 'Deploy', state: 'interrupted' }])
      return Promise.reject(new Error('refused'))
    },
    () => Promise.resolve(),
  )
  await expect(refused).rejects.toThrow('refused')
  expect([tasks.all(), tasks.history(5), opened().all()]).toEqual([[], [], []])
})

it('an end that cannot be written to the audit log is said, and written when it can be', async () => {
  await writeFile(join(folder, 'audit'), 'no folder')
  const audit = new AuditLog(join(folder, 'audit'))
  const tasks = opened()
  const outcomes = new TaskOutcomes(tasks, audit)
  outcomes.start()
  const { taskId } = tasks.start(description, () => Promise.resolve())
  await tasks.ended(taskId)
  await expect.poll(() => tasks.all()[0]?.log.at(-1)?.text).toMatch(/not in the audit log yet/)
  expect([outcomes.unwritten, tasks.all()[0]?.state]).toEqual([1, 'done'])
  await chmod(join(folder, 'audit'), 0o600)
  await rm(join(folder, 'audit'))
  await outcomes.stop()
  expect((await audit.list(10)).map(({ outcome, details }) => [outcome, details['task']])).toEqual([['done', taskId]])
  await audit.close()
})
