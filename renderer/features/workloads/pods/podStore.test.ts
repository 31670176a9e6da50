import { expect, it } from 'vitest'
import type { PodBatch } from '#shared/contract/pods.ts'
import { PodStore } from './podStore.ts'
import { podRow } from '../testing/podRow.ts'

const batch = (values: Partial<PodBatch>): PodBatch => ({
  feed: { state: 'live' },
  reset: false,
  upserted: [],
  removed: [],
  ...values,
})

it('tells its listeners once for all batches of a frame', () => {
  const frames: (() => void)[] = []
  const pods = new PodStore((run) => frames.push(run))
  let told = 0
  pods.store.subscribe(() => (told += 1))
  for (let index = 0; index < 50; index += 1) pods.receive(batch({ upserted: [podRow({ uid: String(index) })] }))
  expect(frames).toHaveLength(1)
  for (const run of frames.splice(0)) run()
  expect(told).toBe(1)
  expect(pods.store.getState().byUid.size).toBe(50)
})

it('shows nothing of an earlier scope, not even what was on its way', () => {
  const frames: (() => void)[] = []
  const pods = new PodStore((run) => frames.push(run))
  pods.receive(batch({ upserted: [podRow({ uid: 'old' })] }))
  pods.begin()
  for (const run of frames.splice(0)) run()
  expect(pods.store.getState().byUid.size).toBe(0)
})
