import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { readProcessTable } from '../processes/processTable.ts'
import { type KubectlFixture, startKubectlFixture } from '../testing/kubectlFixture.ts'
import { poll, shell } from '../testing/nodeFixture.ts'

let fixture: KubectlFixture
let server: string
let token: string

beforeAll(async () => {
  fixture = await startKubectlFixture()
  const config = JSON.parse(await readFile(fixture.kubeconfigPath, 'utf8')) as {
    clusters: { cluster: { server: string } }[]
    users: { user: { token: string } }[]
  }
  server = config.clusters[0]?.cluster.server.replace('https', 'wss') ?? ''
  token = config.users[0]?.user.token ?? ''
  const echo = `require('node:net').createServer((socket) => socket.pipe(socket)).listen(7000)`
  const readinessProbe = { tcpSocket: { port: 7000 }, periodSeconds: 1 }
  await fixture.run('echo', { containers: [{ name: 'echo', image: 'node:24', args: ['-e', echo], readinessProbe }] })
  await fixture.run('box', { containers: [shell('exec sleep 100000')] })
})
afterAll(() => fixture.stop())

/** A session as a plain WebSocket: what came on each channel so far, and the close code. */
async function open(path: string, protocol: string) {
  const socket = new WebSocket(`${server}/api/v1/namespaces/default/pods/${path}`, protocol, {
    headers: { authorization: `Bearer ${token}` },
    rejectUnauthorized: false,
  })
  const channels = new Map<number, Buffer>()
  socket.on('message', (data: Buffer) => {
    const channel = data[0] ?? -1
    channels.set(channel, Buffer.concat([channels.get(channel) ?? Buffer.alloc(0), data.subarray(1)]))
  })
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await new Promise((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  const text = (channel: number): string => channels.get(channel)?.toString() ?? ''
  return {
    socket,
    closed,
    channels,
    text,
    send: (channel: number, body: Buffer) => socket.send(Buffer.concat([Buffer.from([channel]), body])),
  }
}

const command = (...words: string[]): string => words.map((word) => `command=${encodeURIComponent(word)}`).join('&')

it('ends standard input on channel 255 of v5 and reports the exit code before it closes', async () => {
  const script = command('sh', '-c', 'cat; echo end >&2; exit 7')
  const session = await open(`box/exec?stdin=true&stdout=true&stderr=true&${script}`, 'v5.channel.k8s.io')
  expect(session.socket.protocol).toBe('v5.channel.k8s.io')
  session.send(0, Buffer.from('some input'))
  session.send(255, Buffer.from([0]))
  expect(await session.closed).toBe(1000)
  expect([session.text(1), session.text(2)]).toEqual(['some input', 'end\n'])
  expect(JSON.parse(session.text(3))).toMatchObject({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '7' }] },
  })
})

it('speaks v4 with a terminal whose size can change', async () => {
  const script = command('sh', '-c', 'while read -r line; do stty size; [ "$line" = end ] && exit 0; done')
  const session = await open(`box/exec?stdin=true&stdout=true&tty=true&${script}`, 'v4.channel.k8s.io')
  session.send(4, Buffer.from('{"Width":90,"Height":20}'))
  session.send(0, Buffer.from('more\n'))
  expect(await poll(() => (session.text(1).includes('20 90') ? true : undefined))).toBe(true)
  session.send(4, Buffer.from('{"Width":111,"Height":44}'))
  session.send(0, Buffer.from('end\n'))
  await session.closed
  expect(session.text(1)).toContain('44 111')
  expect(JSON.parse(session.text(3))).toMatchObject({ status: 'Success' })
})

/** Bytes that a process of this command line has written so far. */
async function writtenBy(commandLine: string): Promise<number> {
  for (const pid of (await readProcessTable()).keys()) {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (!words.replaceAll('\0', ' ').trim().endsWith(commandLine)) continue
    return Number(/wchar: (\d+)/.exec(await readFile(`/proc/${pid}/io`, 'utf8').catch(() => 'wchar: 0'))?.[1])
  }
  return 0
}

it.skipIf(process.platform !== 'linux')('holds a program back while its client does not read', async () => {
  const session = await open(`box/exec?stdout=true&${command('yes', `flood-${process.pid}`)}`, 'v5.channel.k8s.io')
  session.socket.pause()
  let last = -1
  const blockedAt = await poll(async () => {
    const written = await writtenBy(`yes flood-${process.pid}`)
    const isBlocked = written > 0 && written === last
    last = written
    await delay(500)
    return isBlocked ? written : undefined
  })
  // What the sockets, the pipe and the two ends hold between them.
  expect(blockedAt).toBeLessThan(64 * 2 ** 20)
  session.socket.terminate()
  expect(await poll(async () => ((await writtenBy(`yes flood-${process.pid}`)) === 0 ? true : undefined))).toBe(true)
})

it('forwards a port on a pair of channels, each beginning with the port', async () => {
  const session = await open('echo/portforward?ports=7000', 'v4.channel.k8s.io')
  await poll(() => (session.channels.has(1) ? true : undefined))
  expect(session.channels.get(0)?.readUInt16LE(0)).toBe(7000)
  expect(session.channels.get(1)?.readUInt16LE(0)).toBe(7000)
  const data = Buffer.alloc(2_000_000, 'x')
  session.send(0, data)
  expect(await poll(() => (session.channels.get(0)?.length === data.length + 2 ? true : undefined))).toBe(true)
  session.socket.close()
})

it('answers with a Status before the upgrade when the container does not run', async () => {
  await expect(open(`box/exec?container=absent&stdout=true&${command('true')}`, 'v5.channel.k8s.io')).rejects.toThrow(
    '400',
  )
  await expect(open(`box/exec?stdout=true&${command('true')}`, 'unknown.protocol')).rejects.toThrow('400')
})
