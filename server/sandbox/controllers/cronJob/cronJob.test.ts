import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Job } from '../job/kinds.ts'
import { isJobFinished } from '../job/outcome.ts'
import { podSpec } from '../testing/manifests.ts'
import { TestCluster } from '../testing/testCluster.ts'
import type { CronJob } from './cronJobs.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start()
  cluster.node.fate = () => 'succeeded'
})
afterEach(async () => {
  await cluster.stop()
  expect(cluster.errors).toEqual([])
})

const hour = 3_600_000
/** Every hour, half an hour from now: no test meets a full hour by chance. */
const halfAnHourAway = (): string => `${(new Date().getUTCMinutes() + 30) % 60} * * * *`
const cronJob = (): CronJob | undefined => cluster.get<CronJob>('cronjobs.batch', 'backup')
const jobs = (): Job[] => cluster.store.list<Job>('jobs.batch')
const create = (fields: Record<string, unknown> = {}): unknown =>
  cluster.create('cronjobs.batch', {
    kind: 'CronJob',
    metadata: { name: 'backup' },
    spec: {
      schedule: halfAnHourAway(),
      jobTemplate: {
        metadata: { labels: { kind: 'backup' } },
        spec: { template: { spec: podSpec({ restartPolicy: 'Never' }) } },
      },
      ...fields,
    },
  })

test('a Job starts at its time, is noted while it runs and when it succeeded', async () => {
  cluster.node.fate = () => 'ready'
  create()
  await cluster.settle()
  expect(jobs()).toEqual([])
  cluster.clock.advance(hour)
  await cluster.until(() => cronJob()?.status?.active?.length === 1 && cluster.pods().length === 1)
  const [job] = jobs()
  expect(job?.metadata.name).toMatch(/^backup-\d{8}$/)
  expect(job?.metadata.labels).toEqual({ kind: 'backup' })
  expect(cronJob()?.status?.lastScheduleTime).toMatch(/:00Z$/)
  cluster.node.fate = () => 'succeeded'
  cluster.node.refresh()
  await cluster.until(
    () => cronJob()?.status?.lastSuccessfulTime !== undefined && cronJob()?.status?.active === undefined,
  )
  expect(cluster.events('SawCompletedJob')).toEqual([
    `Saw completed job: ${job?.metadata.name ?? ''}, condition: Complete`,
  ])
})

test('after a long sleep one Job starts, not one for every missed hour', async () => {
  create()
  await cluster.settle()
  cluster.clock.advance(10 * hour)
  await cluster.until(() => cronJob()?.status?.lastSuccessfulTime !== undefined)
  await cluster.settle()
  expect(jobs()).toHaveLength(1)
})

test('only as many ended Jobs are kept as the history limits say', async () => {
  create({ successfulJobsHistoryLimit: 2 })
  await cluster.settle()
  for (let count = 1; count <= 4; count++) {
    cluster.clock.advance(hour)
    await cluster.until(() => cluster.events('SawCompletedJob').length === count)
  }
  await cluster.until(() => jobs().length === 2 && cluster.pods().length === 2)
})

test.each([
  ['Forbid', 1, 'JobAlreadyActive'],
  ['Replace', 1, 'SuccessfulDelete'],
  ['Allow', 2, 'SuccessfulCreate'],
])('with concurrencyPolicy %s a still running Job leads to %i running', async (concurrencyPolicy, running, event) => {
  cluster.node.fate = () => 'ready'
  create({ concurrencyPolicy })
  await cluster.settle()
  cluster.clock.advance(hour)
  const first = await cluster.until(() => jobs()[0])
  cluster.clock.advance(hour)
  await cluster.until(() => cluster.events(event).length >= 1 && cluster.store.list('events').length > 3)
  await cluster.until(() => jobs().filter((job) => !isJobFinished(job)).length === running)
  await cluster.settle()
  expect(jobs().some((job) => job.metadata.uid === first.metadata.uid)).toBe(concurrencyPolicy !== 'Replace')
})

test('a suspended CronJob starts nothing, and a missed start past its deadline is left out', async () => {
  create({ suspend: true, startingDeadlineSeconds: 300 })
  await cluster.settle()
  cluster.clock.advance(hour)
  await cluster.settle()
  cluster.change('cronjobs.batch', 'backup', (object) => Object.assign(object.spec ?? {}, { suspend: false }))
  await cluster.settle()
  expect(jobs()).toEqual([])
  cluster.clock.advance(hour / 2 + 1000)
  await cluster.until(() => jobs().length === 1)
})

test('a schedule nobody can read is told in an event and does not stop the others', async () => {
  create({ schedule: 'whenever' })
  await cluster.until(() => cluster.events('UnparseableSchedule').length === 1)
})

test('after a restart a Job that was started is not started again', async () => {
  cluster.node.fate = () => 'ready'
  create()
  await cluster.settle()
  cluster.clock.advance(hour)
  await cluster.until(() => cronJob()?.status?.active?.length === 1)
  await cluster.restart()
  await cluster.settle()
  expect(jobs()).toHaveLength(1)
})
