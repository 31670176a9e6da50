import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import type { TerminalOutput } from '#shared/contract/terminals.ts'
import { Credits } from '../../flow/credit.ts'
import { connect, type ClusterConnection } from '../../kube/index.ts'
import { startMisbehavingServer, type MisbehavingServer, type SocketReply } from '../../testing/misbehavingServer.ts'
import { still, until } from '../../testing/until.ts'
import { Terminals } from './terminals.ts'
import { sameCluster } from '../../testing/sameCluster.ts'

let server: MisbehavingServer
let connection: ClusterConnection
let folder: string
let credits: Credits
let terminals: Terminals

beforeEach(async () => {
  server = await startMisbehavingServer()
  connection = connect(server.context({ token: 'secret token' }))
  folder = mkdtempSync(join(tmpdir(), 'console-terminals-'))
  // A kubectl that says which cluster it would talk to.
  writeFileSync(join(folder, 'kubectl'), '#!/bin/sh\ncat "$KUBECONFIG"\n', { mode: 0o755 })
  // A start-up file as people have it.
  writeFileSync(join(folder, '.bashrc'), 'export KUBECONFIG=/somewhere/else\nexport MINE=kept\nPS1="$ "\n')
  credits = new Credits()
  terminals = new Terminals({
    directory: {
      connection: () => Promise.resolve(connection),
      ...sameCluster,
      facts: () => ({ name: 'test', environment: 'other', role: 'operator' }),
    },
    credits,
    audit: { append: () => Promise.reject(new Error('nothing is asked here')) },
    user: 'maya',
    dataDirectory: folder,
    resourcesDirectory: join(folder, 'none'),
    kubectlPath: () => join(folder, 'kubectl'),
    environment: { ...process.env, HOME: folder, SHELL: '/bin/bash' },
  })
})
afterEach(async () => {
  terminals.stop()
  await connection.close()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const opening = { streamId: 'stream-0001', context: 'context:test', namespace: 'shop', columns: 80, rows: 24 }

/** Reads a terminal in the background. */
function read(stream: AsyncIterable<TerminalOutput>) {
  const seen = { title: '', text: '', exit: undefined as TerminalOutput | undefined, sizes: [] as number[] }
  const done = (async () => {
    for await (const output of stream) {
      if (output.type === 'opened') seen.title = output.title
      else if (output.type === 'exited') seen.exit = output
      else {
        seen.text += output.data
        seen.sizes.push(output.data.length)
      }
    }
  })()
  done.catch(() => undefined)
  return { seen, done }
}

it('runs the own shell with a kubeconfig of this context and namespace alone, and removes it afterwards', async () => {
  const { seen, done } = read(terminals.kubectl(opening))
  await until(() => seen.text.includes('$ '), 'the prompt')
  const [made = ''] = readdirSync(join(folder, 'terminals'))
  const file = join(folder, 'terminals', made, 'config')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'terminals', made)).mode & 0o777).toBe(0o700)
  terminals.input(
    opening.streamId,
    'kubectl | tr -d "\\n" | wc -l; echo "[$KUBECONFIG][$MINE]"; kubectl > seen; exit 7\n',
  )
  await done
  expect(seen.title).toBe('kubectl: test / shop')
  expect(seen.text).toContain(`[${file}][kept]`)
  expect(seen.exit).toMatchObject({ type: 'exited', exitCode: 7 })
  expect(existsSync(file)).toBe(false)
  const { readFileSync } = await import('node:fs')
  const config = JSON.parse(readFileSync(join(folder, 'seen'), 'utf8')) as Record<string, unknown>
  expect(config).toMatchObject({
    'current-context': 'test',
    contexts: [{ name: 'test', context: { namespace: 'shop' } }],
    clusters: [{ cluster: { server: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/) as string } }],
  })
  // The way to the cluster stays in the engine.
  expect(JSON.stringify(config)).not.toContain('secret token')
  expect(JSON.stringify(config)).not.toContain(server.url)
})

it('hangs the shell up when the terminal is closed, and when the window goes away', async () => {
  const pidOf = async (text: () => string): Promise<number> => {
    await until(() => /pid=\d+=/.test(text()), 'the process id')
    return Number(/pid=(\d+)=/.exec(text())?.[1])
  }
  const isAlive = (pid: number): boolean =>
    existsSync(`/proc/${pid}/exe`) || (process.platform !== 'linux' && isRunning(pid))
  const window = new AbortController()
  const first = read(terminals.kubectl(opening))
  const second = read(terminals.kubectl({ ...opening, streamId: 'stream-0002' }, window.signal))
  await until(() => first.seen.title !== '' && second.seen.title !== '', 'both')
  for (const streamId of ['stream-0001', 'stream-0002']) terminals.input(streamId, 'echo "pid=$$="\n')
  const pids = [await pidOf(() => first.seen.text), await pidOf(() => second.seen.text)]
  terminals.close('stream-0001')
  window.abort()
  await Promise.all([first.done, second.done])
  await until(() => !pids.some(isAlive), 'both shells to end')
  await until(() => readdirSync(join(folder, 'terminals')).length === 0, 'their folders to go')
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it('stops a flood until the window has drawn it, and loses nothing', async () => {
  const { seen, done } = read(terminals.kubectl(opening))
  await until(() => seen.text.includes('$ '), 'the prompt')
  terminals.input(opening.streamId, 'stty -onlcr; clear; seq 1 200000; echo over\n')
  await until(() => seen.text.length > 100_000, 'the credit to be used up')
  expect(await still(() => seen.text.length, 'the flood')).toBeLessThan(400_000)
  let acknowledged = 0
  await until(() => {
    credits.acknowledge(opening.streamId, seen.text.length - acknowledged)
    acknowledged = seen.text.length
    return seen.text.includes('\nover\n')
  }, 'the end of the flood')
  terminals.input(opening.streamId, 'exit\n')
  await done
  expect(seen.text).toContain('\n199999\n200000\nover\n')
})

it('says that kubectl is missing, and does not take another than the one in the settings', async () => {
  const missing = new Terminals({
    directory: {
      connection: () => Promise.resolve(connection),
      ...sameCluster,
      facts: () => ({ name: 'test', environment: 'other', role: 'operator' }),
    },
    credits,
    audit: { append: () => Promise.reject(new Error('nothing is asked here')) },
    user: 'maya',
    dataDirectory: folder,
    resourcesDirectory: folder,
    kubectlPath: () => '/nowhere/kubectl',
    environment: process.env,
  })
  await expect(read(missing.kubectl(opening)).done).rejects.toMatchObject({ code: 'KUBECTL_MISSING' })
  expect(() => terminals.input(opening.streamId, 'x')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
})

it('removes what an engine that was killed left behind', () => {
  const { seen } = read(terminals.kubectl(opening))
  return until(() => seen.title !== '', 'the terminal').then(() => {
    expect(readdirSync(join(folder, 'terminals'))).toHaveLength(1)
    new Terminals({
      directory: {
        connection: () => Promise.resolve(connection),
        ...sameCluster,
        facts: () => ({ name: '', environment: 'other', role: undefined }),
      },
      credits,
      audit: { append: () => Promise.reject(new Error('nothing is asked here')) },
      user: 'maya',
      dataDirectory: folder,
      resourcesDirectory: '',
      kubectlPath: () => '',
    })
    expect(existsSync(join(folder, 'terminals'))).toBe(false)
  })
})

const path = '/api/v1/namespaces/shop/pods/web/exec'
const say = (socket: WebSocket, channel: number, text: string | Buffer): void =>
  socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]))

it('runs a shell in a pod: typing, sizes, characters cut across frames, exit code', async () => {
  const sizes: string[] = []
  const shell: SocketReply = (socket) => {
    const sign = Buffer.from('日')
    say(socket, 1, sign.subarray(0, 2))
    setTimeout(() => say(socket, 1, sign.subarray(2)), 30)
    socket.on('message', (data: Buffer) => {
      if (data[0] === 4) sizes.push(data.subarray(1).toString())
      if (data[0] !== 0) return
      say(socket, 1, `you said ${data.subarray(1).toString()}`)
      say(
        socket,
        3,
        JSON.stringify({
          status: 'Failure',
          reason: 'NonZeroExitCode',
          details: { causes: [{ reason: 'ExitCode', message: '130' }] },
        }),
      )
      socket.close()
    })
  }
  server.onSocket(path, ['v5.channel.k8s.io'], shell)
  const { seen, done } = read(terminals.shell({ ...opening, pod: 'web', container: 'app' }))
  await until(() => seen.text.includes('日'), 'the character')
  terminals.resize(opening.streamId, 120, 40)
  terminals.input(opening.streamId, 'exit\r')
  await done
  expect(seen).toMatchObject({ title: 'web/app', text: '日you said exit\r', exit: { exitCode: 130 } })
  expect(sizes).toEqual(['{"Width":80,"Height":24}', '{"Width":120,"Height":40}'])
})

it('says clearly that a container has no shell', async () => {
  server.onSocket(path, ['v5.channel.k8s.io'], (socket) => {
    say(
      socket,
      3,
      JSON.stringify({
        status: 'Failure',
        reason: 'InternalError',
        message: 'exec: "sh": executable file not found in $PATH',
      }),
    )
    socket.close()
  })
  await expect(read(terminals.shell({ ...opening, pod: 'web' })).done).rejects.toMatchObject({ code: 'NO_SHELL' })
})

it('never takes a broken connection for the end of the shell', async () => {
  server.onSocket(path, ['v5.channel.k8s.io'], (socket) => void setTimeout(() => socket.terminate(), 30))
  await expect(read(terminals.shell({ ...opening, pod: 'web' })).done).rejects.toMatchObject({ code: 'STREAM_BROKEN' })
})

it('opens no kubectl terminal for a context whose sign-in program was not allowed, and runs nothing', async () => {
  const trace = join(folder, 'has-run')
  writeFileSync(join(folder, 'sign-in'), `#!/bin/sh\ntouch '${trace}'\necho '{"status":{"token":"x"}}'\n`, {
    mode: 0o755,
  })
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: join(folder, 'sign-in'),
    args: [],
    env: [],
    provideClusterInfo: false,
    interactiveMode: 'Never',
  }
  await connection.close()
  connection = connect(server.context({ exec }), { allowExecPlugin: () => false })
  await expect(terminals.kubectl(opening).next()).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(existsSync(trace)).toBe(false)
})
