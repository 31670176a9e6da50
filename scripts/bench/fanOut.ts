import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import { Registry } from 'prom-client'
import { WebSocketServer } from 'ws'
import { createTokens } from '../../server/common/tokens.ts'
import { createHub } from '../../server/frontend/live/hub.ts'
import { changesMessage, snapshotMessage } from '../../server/frontend/live/messages.ts'
import { createLiveMetrics } from '../../server/frontend/live/metrics.ts'
import type { ClientsOrder, ClientsReport } from './fanOutClients.ts'
import { compare, median, type Ratio } from './ratio.ts'

const clients = 2_000
/** One burst, for the throughput; then single broadcasts at a pace that a swarm at work makes, for the latency. */
const burst = 30
const paced = 12
const pacedEvery = 250

const position = (next: number) => ({ epoch: '000000000000', next, open: [] })

/** A task as it is told: 1 KB. */
const rowOf = (index: number, sentAt: string) =>
  JSON.stringify({
    sentAt,
    id: `task-${index}`,
    title: 'A task that is watched',
    state: 'running',
    text: 'x'.repeat(900),
  })

interface Side {
  readonly url: string
  /** What a client sends first. */
  readonly hello: readonly string[]
  readonly broadcast: (index: number, sentAt: string) => void
  readonly close: () => Promise<void>
}

/** The frontend's socket as the service runs it: signed in, subscribed, rights and backlog looked at for each client. */
async function startOurs(): Promise<Side> {
  const tokens = createTokens({ current: 'a signing secret that is long enough for HS256' })
  const app = Fastify()
  const hub = createHub(
    {
      log: app.log,
      verify: tokens.verify,
      endedSessions: () => Promise.resolve(new Set()),
      begun: Promise.resolve(),
      position: () => position(1),
      catchUp: () =>
        Promise.resolve({
          position: position(1),
          isResumed: false,
          messages: [snapshotMessage(position(1), 'tasks', [])],
        }),
    },
    createLiveMetrics(new Registry()),
  )
  await app.register(websocket, { options: { maxPayload: 48 * 1024, perMessageDeflate: false } })
  app.get('/ws', { websocket: true }, (socket, request) => hub.accept(socket, request.raw.socket))
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const user = { userId: randomUUID(), sessionId: randomUUID(), name: 'bench', permission: 'operator' as const }
  return {
    url: `${address.replace('http', 'ws')}/ws`,
    hello: [
      JSON.stringify({ type: 'authenticate', token: await tokens.issue(user, 3_600) }),
      JSON.stringify({ type: 'subscribe', topics: ['agents', 'tasks'] }),
    ],
    broadcast: (index, sentAt) => {
      const item = { kind: 'task' as const, id: `task-${index}`, transactions: [index + 1], owner: null }
      hub.broadcast({
        from: position(index + 1),
        to: position(index + 2),
        items: [{ ...item, row: rowOf(index, sentAt) }],
      })
    },
    close: async () => {
      hub.close()
      await app.close()
    },
  }
}

/** The yardstick: the bare library, sending the same text to everyone. */
async function startBare(): Promise<Side> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `ws://127.0.0.1:${port}`,
    hello: [],
    broadcast: (index, sentAt) => {
      const item = {
        kind: 'task' as const,
        id: `task-${index}`,
        transactions: [],
        owner: null,
        row: rowOf(index, sentAt),
      }
      const text = changesMessage(position(index + 2), [item])
      for (const client of server.clients) client.send(text)
    },
    close: async () => {
      for (const client of server.clients) client.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Clients in a process of their own: reading must not slow down what is measured more than a network would. */
function startClients() {
  const child: ChildProcess = fork(join(import.meta.dirname, 'fanOutClients.ts'), { execArgv: ['--import', 'tsx'] })
  const answer = async (): Promise<ClientsReport> => {
    const answered = new AbortController()
    const { signal } = answered
    const ended = once(child, 'exit', { signal }).then(() => {
      throw new Error('The process of the clients ended.')
    })
    ended.catch(() => undefined)
    const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [ClientsReport]
    answered.abort()
    return message
  }
  return {
    order: (order: ClientsOrder) => {
      child.send(order)
      return answer()
    },
    answer,
    end: () => child.kill(),
  }
}

interface Figures {
  /** Milliseconds of every delivery. */
  readonly latencies: number[]
  /** Milliseconds that the sending process worked for each burst: what other programs on the machine do not disturb. */
  readonly processor: number[]
}

const now = () => Number(process.hrtime.bigint()) / 1e6

/** P16: what one process hands to 2,000 sockets. */
export async function benchFanOut(): Promise<Ratio> {
  const reader = startClients()
  const none = (): Figures => ({ latencies: [], processor: [] })
  const figures = { ours: none(), theirs: none() }

  const broadcast = async (side: Side, count: number, wait: () => Promise<unknown>, sentAt = () => String(now())) => {
    await reader.order({ type: 'expect', messages: count })
    const received = reader.answer()
    const begun = now()
    for (let index = 0; index < count; index += 1) {
      side.broadcast(index, sentAt())
      await wait()
    }
    const report = await received
    if (report.type !== 'received') throw new Error('The clients answered something else.')
    return { ...report, milliseconds: report.last - begun }
  }

  const digests = new Set<string>()
  const run = async (start: () => Promise<Side>, { latencies, processor }: Figures) => {
    const side = await start()
    await reader.order({ type: 'connect', url: side.url, clients, hello: side.hello })
    digests.add((await broadcast(side, 3, nextTurn, () => '0')).digest)
    if (digests.size > 1) throw new Error('The two sides sent different messages.')
    const before = process.cpuUsage()
    const { milliseconds } = await broadcast(side, burst, nextTurn)
    const { user, system } = process.cpuUsage(before)
    processor.push((user + system) / 1000)
    for (const latency of (await broadcast(side, paced, () => pause(pacedEvery))).latencies) latencies.push(latency)
    await reader.order({ type: 'disconnect' })
    await side.close()
    return (burst * clients) / (milliseconds / 1000)
  }

  const about = { id: 'P16', measure: `WebSocket fan-out to ${clients} clients, against bare ws`, unit: 'messages/s' }
  const ratio = await compare(
    { ...about, goal: '>= 0.8x, p99 <= 150 ms' },
    () => run(startOurs, figures.ours),
    () => run(startBare, figures.theirs),
  )
  reader.end()
  const describe = ({ latencies, processor }: Figures) => {
    const p99 = latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? NaN
    return `p99 ${p99.toFixed(0)} ms, ${median(processor).toFixed(0)} ms of processor a burst`
  }
  const pacing = `latency at ${1000 / pacedEvery} broadcasts a second, bursts of ${burst}`
  return { ...ratio, note: `ours ${describe(figures.ours)}; bare ${describe(figures.theirs)}; ${pacing}` }
}
