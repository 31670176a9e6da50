import { expect, it } from 'vitest'
import { z } from 'zod'
import { pointsOf, pointsSeen } from './schemaPoints.ts'

const step = z.object({ state: z.enum(['running', 'done']), endedAt: z.number().optional() })
const row = z.object({
  steps: z.array(step),
  feed: z.discriminatedUnion('state', [
    z.object({ state: z.literal('live') }),
    z.object({ state: z.literal('stale'), fault: z.string().optional() }),
  ]),
  byName: z.record(z.string(), z.object({ use: z.number().optional() })).optional(),
})
const outputs = new Map<string, z.core.$ZodType>([
  ['rows.watch', row],
  ['rows.detail', step],
])

it('names each optional field and value once, by the first call that has it', () => {
  expect([...pointsOf(outputs).names].sort()).toEqual([
    'rows.watch.byName?',
    'rows.watch.byName{}.use?',
    'rows.watch.feed<live>.state=live',
    'rows.watch.feed<stale>.fault?',
    'rows.watch.feed<stale>.state=stale',
    'rows.watch.steps[].endedAt?',
    'rows.watch.steps[].state=done',
    'rows.watch.steps[].state=running',
  ])
})

it('finds what a value fills, by whichever call it came', () => {
  const points = pointsOf(outputs)
  const value = { steps: [{ state: 'running' }], feed: { state: 'stale' }, byName: { a: {}, b: { use: 0 } } }
  expect(pointsSeen(row, value, points).sort()).toEqual([
    'rows.watch.byName?',
    'rows.watch.byName{}.use?',
    'rows.watch.feed<stale>.state=stale',
    'rows.watch.steps[].state=running',
  ])
  expect(pointsSeen(step, { state: 'done', endedAt: 0 }, points).sort()).toEqual([
    'rows.watch.steps[].endedAt?',
    'rows.watch.steps[].state=done',
  ])
})
