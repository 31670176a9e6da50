import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../store/memoryStore.ts'
import { nodeDirectories, removeNodeState } from './directories.ts'
import type { Pod } from './kinds.ts'
import { readProcess, readProcessTable } from './processes/processTable.ts'
import { type NodeFixture, isReady, poll, startNode } from './testing/nodeFixture.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-crash-'))
  await chmod(folder, 0o711)
})
afterEach(async () => {
  removeNodeState(folder)
  await rm(folder, { recursive: true, force: true })
})

/** A node in a process of its own, on the state in the folder. */
function startNodeProcess() {
  const script = join(import.meta.dirname, 'testing', 'nodeProcess.ts')
  return spawn(process.execPath, ['--import', 'tsx', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function recordedPids(): Promise<number[]> {
  const text = await readFile(nodeDirectories(folder).processRecord, 'utf8').catch(() => '[]')
  return (JSON.parse(text) as { pid: number }[]).map(({ pid }) => pid)
}

/** Any process whose working folder or command line lies in the state directory. */
async function processesInFolder(): Promise<number[]> {
  const found: number[] = []
  for (const pid of (await readProcessTable()).keys()) {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (text.includes(folder) && pid !== process.pid) found.push(pid)
  }
  return found
}

async function prepare(): Promise<void> {
  const store = await openStore(join(folder, 'store'))
  const pod = (name: string, containers: unknown[], volumes: unknown[] = []) =>
    store.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: {
        nodeName: 'sandbox-node',
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 1,
        containers,
        volumes,
      },
    })
  pod('sleeper', [
    { name: 'main', image: 'busybox', command: ['sh', '-c', `echo ${folder}; sleep 100000 & exec sleep 100000`] },
  ])
  store.create('persistentvolumeclaims', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: { volumeName: 'pv-data' },
    status: { phase: 'Bound' },
  })
  const postgres = {
    name: 'postgres',
    image: 'postgres:16',
    env: [{ name: 'POSTGRES_PASSWORD', value: 'secret' }],
    volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql/data' }],
    readinessProbe: { exec: { command: ['pg_isready'] }, periodSeconds: 1 },
  }
  pod('database', [postgres], [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }])
  await store.flush()
  await store.close()
}

async function untilReady(fixture: NodeFixture): Promise<Pod> {
  await fixture.until('sleeper', isReady)
  return fixture.until('database', isReady)
}

describe.skipIf(process.platform !== 'linux')('a sandbox that is killed with -9', () => {
  it('leaves no process behind, and the next one resumes its pods with their data', async () => {
    await prepare()
    const child = startNodeProcess()
    await once(child.stdout, 'data')
    const pids = await recordedPids()
    expect(pids.length).toBeGreaterThanOrEqual(2)
    expect(pids.every((pid) => readProcess(pid) !== undefined)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const remaining = await poll(async () => ((await processesInFolder()).length === 0 ? true : undefined))
    expect(remaining, 'processes of the sandbox').toBe(true)
    expect(pids.filter((pid) => readProcess(pid) !== undefined)).toEqual([])

    const next = await startNode({ keep: folder })
    try {
      const database = await untilReady(next)
      expect(database.status?.containerStatuses?.[0]).toMatchObject({
        restartCount: 1,
        lastState: { terminated: { exitCode: 137 } },
      })
      const client = new Client({ host: database.status?.podIP ?? '', user: 'postgres', password: 'secret' })
      await client.connect()
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
      await client.end()
    } finally {
      await next.stop()
    }
    expect(await processesInFolder()).toEqual([])

    const third = await startNode({ keep: folder })
    try {
      const database = await untilReady(third)
      expect(database.status?.containerStatuses?.[0]?.restartCount).toBe(2)
    } finally {
      await third.stop()
    }
  })

  it('has its leftovers ended by the next one when even the reaper was killed', async () => {
    const left = spawn('sh', ['-c', 'sleep 100000'], { detached: true, stdio: 'ignore' })
    await once(left, 'spawn')
    const pid = left.pid ?? 0
    const innocent = spawn('sleep', ['100000'], { detached: true, stdio: 'ignore' })
    await once(innocent, 'spawn')
    const record = nodeDirectories(folder).processRecord
    // The second entry has the pid of a process that is somebody else's by now.
    const entries = [
      { pid, startTime: readProcess(pid)?.startTime },
      { pid: innocent.pid, startTime: '1' },
    ]
    await writeFile(record, JSON.stringify(entries))
    const ended = once(left, 'exit')
    const next = await startNode({ keep: folder })
    await ended
    await next.stop()
    expect(innocent.exitCode).toBeNull()
    expect(existsSync(`/proc/${innocent.pid ?? 0}`)).toBe(true)
    innocent.kill('SIGKILL')
  })
})
