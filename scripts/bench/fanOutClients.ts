import { createHash } from 'node:crypto'
import { WebSocket } from 'ws'

/** What the bench tells this process, by the channel of `fork`. */
export type ClientsOrder =
  | { readonly type: 'connect'; readonly url: string; readonly clients: number; readonly hello: readonly string[] }
  | { readonly type: 'expect'; readonly messages: number }
  | { readonly type: 'disconnect' }

/** What it answers. */
export type ClientsReport =
  | { readonly type: 'connected' | 'disconnected' | 'expecting' }
  /** `digest` is of what each client got; all got the same or there is no report. Latencies in milliseconds, of every delivery. */
  | { readonly type: 'received'; readonly digest: string; readonly latencies: number[]; readonly last: number }

const openAtOnce = 100
const sentAt = Buffer.from('"sentAt":"')

const sockets: WebSocket[] = []
let expected = 0
let missing = 0
let reference: Buffer[] = []
let seen = new Map<WebSocket, number>()
let latencies: number[] = []

const report = (message: ClientsReport) => process.send?.(message)
const now = () => Number(process.hrtime.bigint()) / 1e6

function receive(socket: WebSocket, data: Buffer): void {
  const index = seen.get(socket) ?? 0
  if (index >= expected || !data.includes(sentAt)) return
  const start = data.indexOf(sentAt) + sentAt.length
  const sent = Number(data.subarray(start, data.indexOf(0x22, start)).toString())
  latencies.push(now() - sent)
  reference[index] ??= data
  if (!data.equals(reference[index] ?? data)) throw new Error('Two clients got different messages.')
  seen.set(socket, index + 1)
  missing -= 1
  if (missing > 0) return
  const digest = createHash('sha256').update(Buffer.concat(reference)).digest('hex')
  report({ type: 'received', digest, latencies, last: now() })
}

function open(url: string, hello: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    sockets.push(socket)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('The server closed a connection.')))
    socket.on('open', () => {
      for (const message of hello) socket.send(message)
      if (hello.length === 0) resolve()
    })
    socket.on('message', (data: Buffer) => {
      if (data.includes('"snapshot"')) resolve()
      receive(socket, data)
    })
  })
}

async function obey(order: ClientsOrder): Promise<void> {
  if (order.type === 'connect') {
    for (let opened = 0; opened < order.clients; opened += openAtOnce) {
      await Promise.all(Array.from({ length: openAtOnce }, () => open(order.url, order.hello)))
    }
    report({ type: 'connected' })
  } else if (order.type === 'expect') {
    expected = order.messages
    missing = expected * sockets.length
    reference = []
    seen = new Map()
    latencies = []
    report({ type: 'expecting' })
  } else {
    for (const socket of sockets.splice(0)) socket.terminate()
    report({ type: 'disconnected' })
  }
}

process.on('message', (order: ClientsOrder) => {
  obey(order).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
