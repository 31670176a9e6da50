import { expect, it } from 'vitest'
import type { Task } from '#shared/contract/tasks.ts'
import type { RunningWork } from '#shared/rpc/host.ts'
import { Broadcast } from '../../flow/broadcast.ts'
import { tellWork } from './runningWork.ts'

const task = (change: Partial<Task>): Task =>
  ({ id: 'one', title: 'Backup of shop', namespace: 'shop', state: 'running', uncancellable: '', ...change }) as Task

it('tells what runs when it changes, not at every step, and how it ended', () => {
  const said: RunningWork[][] = []
  const ended: string[] = []
  const changes = new Broadcast<Task>()
  const stop = tellWork(
    { all: () => [task({ id: 'old', state: 'done' })], changes },
    {
      workChanged: (running) => void said.push(running),
      workEnded: (title, how) => void ended.push(`${title}: ${how}`),
    },
  )
  expect(said).toEqual([])
  for (let step = 0; step < 5; step += 1) changes.emit(task({}))
  changes.emit(task({ uncancellable: 'The swap is running.' }))
  changes.emit(task({ id: 'two', title: 'Deployment' }))
  changes.emit(task({ state: 'done' }))
  const fault = { code: 'DISK_FULL', message: 'The disk is full.', details: {} }
  changes.emit(task({ id: 'two', title: 'Deployment', state: 'failed', fault }))
  changes.emit(task({ id: 'two', title: 'Deployment', state: 'failed', fault }))
  expect(said.map((list) => list.map(({ id, uncancellable }) => `${id} ${uncancellable}`.trim()))).toEqual([
    ['one'],
    ['one The swap is running.'],
    ['one The swap is running.', 'two'],
    ['two'],
    [],
  ])
  expect(ended).toEqual(['Backup of shop: Done.', 'Deployment: Failed. The disk is full.'])
  stop()
  changes.emit(task({}))
  expect(said).toHaveLength(5)
})
