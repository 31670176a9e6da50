import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { judges } from '#shared/testing/judges.ts'

const main = join(import.meta.dirname, 'main.ts')
const execute = promisify(execFile)

let folder: string
const children: ChildProcess[] = []

interface Ready {
  ready: true
  kubeconfig: string
  server: string
}

function launch(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args, '--state', folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  })
  children.push(child)
  return child
}

async function firstLine(child: ChildProcess): Promise<Ready> {
  if (child.stdout === null) throw new Error('no output')
  for await (const line of createInterface(child.stdout)) return JSON.parse(line) as Ready
  throw new Error('the sandbox ended before it was ready')
}

async function outcome(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = ''
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)))
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
  return { code: child.exitCode, stderr }
}

async function kubectl(...args: string[]): Promise<string> {
  const env = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig'), HOME: folder }
  return (await execute((await judges()).kubectl, args, { env })).stdout
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-crash-'))
})

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  }
  await rm(folder, { recursive: true, force: true })
})

describe('the sandbox as a process', () => {
  it('has after kill -9 every object it had confirmed, under the same address, and tells old watches and lists to start over', async () => {
    const first = launch()
    const before = await firstLine(first)
    await kubectl('create', 'namespace', 'kept')
    for (let number = 0; number < 20; number += 1) await kubectl('-n', 'kept', 'create', 'cm', `map-${number}`)
    first.kill('SIGKILL')
    await once(first, 'exit')
    const after = await firstLine(launch())
    expect(after).toEqual(before)
    const names = (await kubectl('-n', 'kept', 'get', 'cm', '-o', 'name')).trim().split('\n')
    expect(names.filter((name) => name.startsWith('configmap/map-'))).toHaveLength(20)
    const watched = await kubectl('get', '--raw', '/api/v1/configmaps?watch=true&resourceVersion=1&timeoutSeconds=20')
    expect(JSON.parse(watched)).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } })
    const old = Buffer.from('{"revision":1,"after":""}').toString('base64url')
    await expect(kubectl('get', '--raw', `/api/v1/configmaps?limit=1&continue=${old}`)).rejects.toThrow(
      /continue parameter is too old/,
    )
  })

  it('keeps its secrets to its owner', async () => {
    const { kubeconfig } = await firstLine(launch())
    for (const path of [kubeconfig, join(folder, 'credentials.json')])
      expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('ends with its parent when told to, and can then be reset', async () => {
    const child = launch('--exit-with-parent')
    await firstLine(child)
    const refused = await outcome(launch('reset'))
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`A sandbox (process ${child.pid ?? ''}) already uses`)
    child.stdin?.end()
    expect((await outcome(child)).code).toBe(0)
    expect((await readFile(join(folder, 'store', 'journal.jsonl'))).length).toBeGreaterThan(0)
    expect((await outcome(launch('reset'))).code).toBe(0)
    expect(existsSync(join(folder, 'store', 'journal.jsonl'))).toBe(false)
    expect(existsSync(join(folder, 'credentials.json'))).toBe(false)
  })

  it('stops on SIGTERM in spite of open sessions and leaves no lock', async () => {
    const child = launch()
    await firstLine(child)
    await kubectl('create', 'namespace', 'busy')
    await kubectl('-n', 'busy', 'run', 'one', '--image=busybox', '--', 'sleep', '1000')
    await kubectl('-n', 'busy', 'wait', 'pod/one', '--for=condition=Ready', '--timeout=60s')
    const session = kubectl('-n', 'busy', 'exec', 'one', '--', 'sh', '-c', 'touch started; sleep 1000')
    const watch = kubectl('-n', 'busy', 'get', 'pods', '-w')
    const ended = Promise.allSettled([session, watch])
    await kubectl('-n', 'busy', 'exec', 'one', '--', 'sh', '-c', 'until test -e started; do sleep 0.1; done')
    child.kill('SIGTERM')
    expect((await outcome(child)).code).toBe(0)
    expect(existsSync(join(folder, 'sandbox.lock'))).toBe(false)
    await ended
  })

  it('says what is wrong with its arguments', async () => {
    expect(await outcome(launch('explode'))).toMatchObject({ code: 1, stderr: expect.stringContaining('"explode" is not a command') as string }) // prettier-ignore
    expect(await outcome(launch('--port', 'x'))).toMatchObject({ code: 1, stderr: expect.stringContaining('--port takes a number') as string }) // prettier-ignore
  })
})
