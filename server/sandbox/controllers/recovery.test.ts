import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { soaked, soakTimeout } from '#shared/testing/soak.ts'
import { isComplete } from './deployment/status.ts'
import type { Job } from './job/kinds.ts'
import { isJobFinished } from './job/outcome.ts'
import type { Deployment, Pod, StatefulSet } from './kinds.ts'
import { podSpec, setImage, workload } from './testing/manifests.ts'
import { TestCluster } from './testing/testCluster.ts'

const fate = (pod: Pod) => (pod.metadata.labels?.['job-name'] === undefined ? 'ready' : 'succeeded')
const claims = [
  { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
]

const isUpdated = (cluster: TestCluster): boolean => {
  const web = cluster.get<Deployment>('deployments.apps', 'web')
  const db = cluster.get<StatefulSet>('statefulsets.apps', 'db')?.status
  const job = cluster.get<Job>('jobs.batch', 'task')
  const isDone = db?.readyReplicas === 2 && db.updatedReplicas === 2 && db.currentRevision === db.updateRevision
  return isDone && web !== undefined && isComplete(web, web.status) && job !== undefined && isJobFinished(job)
}

/** Lines of the journal of a cluster that created, updated and finished things; cut anywhere, it is what a crash leaves. */
async function recordHistory(): Promise<string[]> {
  const cluster = await TestCluster.start(() => Promise.resolve(fate))
  try {
    cluster.create('deployments.apps', workload('web'))
    cluster.create('statefulsets.apps', workload('db', { replicas: 2, volumeClaimTemplates: claims }))
    const template = { spec: podSpec({ restartPolicy: 'Never' }) }
    cluster.create('jobs.batch', {
      kind: 'Job',
      metadata: { name: 'task' },
      spec: { completions: 4, parallelism: 2, template },
    })
    await cluster.until(() => isUpdated(cluster))
    cluster.change('deployments.apps', 'web', setImage('sandbox/test:2'))
    cluster.change('statefulsets.apps', 'db', setImage('sandbox/test:2'))
    await cluster.settle()
    await cluster.until(() => isUpdated(cluster))
    await cluster.store.flush()
    return (await readFile(join(cluster.folder, 'journal.jsonl'), 'utf8')).split('\n').slice(0, -1)
  } finally {
    await cluster.stop()
  }
}

// Every line would take an hour; a step that shares no factor with the length of a write's group meets all kinds of lines.
const step = soaked(23, 3)

test(
  'wherever the journal breaks off, the controllers bring the work to the same end',
  async () => {
    const lines = await recordHistory()
    const created = lines.findIndex((line) => line.includes('"kind":"Job"'))
    expect(lines.length).toBeGreaterThan(150)
    for (let cut = created + 1; cut < lines.length; cut += step) {
      const cluster = await TestCluster.start(async (folder) => {
        await writeFile(join(folder, 'journal.jsonl'), lines.slice(0, cut).join('\n') + '\n')
        return fate
      })
      try {
        await cluster.until(() => isUpdated(cluster))
        await cluster.settle()
        const { succeeded, failed } = cluster.get<Job>('jobs.batch', 'task')?.status ?? {}
        expect([cut, succeeded, failed]).toEqual([cut, 4, undefined])
        expect([cut, cluster.pods({ app: 'web' }).length, cluster.pods({ app: 'db' }).length]).toEqual([cut, 3, 2])
        expect([cut, cluster.pods({ 'job-name': 'task' }).length]).toEqual([cut, 4])
        expect(cluster.store.list('persistentvolumes')).toHaveLength(2)
        expect(cluster.errors).toEqual([])
      } finally {
        await cluster.stop()
      }
    }
  },
  soakTimeout,
)
