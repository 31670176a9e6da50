import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { poll } from '../testing/nodeFixture.ts'
import {
  podProcessRequest,
  unacknowledgedBytes,
  type PodProcessRequest,
  type PodProcessResponse,
} from '#shared/rpc/podProcesses.ts'
import { type HostPort, HostProcessLauncher } from './hostProcesses.ts'
import { ProcessRecord } from './processRecord.ts'

/** What the app's main process does, with plain child processes. */
class TestHost implements HostPort {
  readonly children = new Map<number, ChildProcess>()
  sentBytes = 0
  #unacknowledged = 0
  #listener: (event: { data: unknown }) => void = () => undefined

  on(_event: 'message', listener: (event: { data: unknown }) => void): void {
    this.#listener = listener
  }

  postMessage(message: PodProcessRequest): void {
    const request = podProcessRequest.parse(structuredClone(message))
    const child = this.children.get(request.id)
    if (request.type === 'kill') child?.kill(request.signal as NodeJS.Signals)
    if (request.type === 'acknowledge') {
      this.#unacknowledged -= request.bytes
      if (this.#unacknowledged < unacknowledgedBytes) child?.[request.stream]?.resume()
    }
    if (request.type === 'spawn-node') this.#spawn(request)
  }

  #spawn({ id, modulePath, args, env, cwd }: Extract<PodProcessRequest, { type: 'spawn-node' }>): void {
    const child = spawn(process.execPath, [modulePath, ...args], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    this.children.set(id, child)
    child.on('spawn', () => this.#send({ type: 'spawned', id, pid: child.pid ?? 0 }))
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (chunk: Buffer) => {
        this.sentBytes += chunk.length
        this.#unacknowledged += chunk.length
        if (this.#unacknowledged > unacknowledgedBytes) child[stream].pause()
        this.#send({ type: 'output', id, stream, chunk: new Uint8Array(chunk) })
      })
    }
    child.on('close', (code, signal) => this.#send({ type: 'exit', id, code: signal === null ? (code ?? 0) : 143 }))
  }

  #send(message: PodProcessResponse): void {
    this.#listener({ data: structuredClone(message) })
  }
}

let folder: string
let host: TestHost
let launcher: HostProcessLauncher
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-host-'))
  host = new TestHost()
  launcher = new HostProcessLauncher(new ProcessRecord(join(folder, 'processes.json')), host)
})
afterEach(async () => {
  await launcher.close()
  await rm(folder, { recursive: true, force: true })
})

async function launch(source: string, args: string[] = []) {
  const modulePath = join(folder, 'module.mjs')
  await writeFile(modulePath, source)
  return launcher.launch({
    run: { modulePath },
    args,
    environment: { WORD: 'set' },
    directory: folder,
    stdin: false,
    label: 'test',
  })
}

it('starts a module through the app, with arguments, variables, both outputs and the exit code', async () => {
  const launched = await launch(
    'console.log(process.argv[2], process.env.WORD); console.error("problem"); process.exitCode = 3',
    ['argument'],
  )
  const output = { stdout: '', stderr: '' }
  launched.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  launched.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  expect(await launched.exited).toEqual({ code: 3 })
  expect(launched.pid).toBeGreaterThan(0)
  expect(output).toEqual({ stdout: 'argument set\n', stderr: 'problem\n' })
})

it('holds a process back while nobody reads its output', async () => {
  const total = 32 * 2 ** 20
  const launched = await launch(`process.stdout.write(Buffer.alloc(${total}, 120)); process.stdout.end()`)
  const before = await poll(async () => {
    const seen = host.sentBytes
    await delay(300)
    return seen > 0 && seen === host.sentBytes ? seen : undefined
  })
  expect(before).toBeLessThan(total / 4)
  let received = 0
  launched.stdout.on('data', (chunk: Buffer) => (received += chunk.length))
  await launched.exited
  expect(await poll(() => (received === total ? received : undefined))).toBe(total)
})

it('ends what still runs when it is closed', async () => {
  const launched = await launch('setInterval(() => undefined, 1000)')
  await launcher.close()
  await launched.exited
})
