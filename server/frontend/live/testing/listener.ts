import { WebSocket } from 'ws'
import { until } from '../../../testing/until.ts'

export interface LiveMessage {
  readonly type: string
  readonly id?: string
  readonly topic?: string
  readonly topics?: string[]
  readonly isResumed?: boolean
  readonly code?: string
  readonly expiresAt?: number
  readonly rows?: { readonly id: string; readonly title?: string }[]
  readonly changes?: { readonly kind: string; readonly id: string; readonly row: { readonly title?: string } | null }[]
}

export interface Listener {
  readonly socket: WebSocket
  readonly messages: LiveMessage[]
  /** Ids of the rows that changes told of, in their order; of one kind when given. */
  readonly changed: (kind?: string) => string[]
  /** The id of the last message that had one: where a new connection continues. */
  readonly lastId: () => string | undefined
  readonly send: (message: object) => void
  /** Resolves with the close code and its reason. */
  readonly closed: Promise<readonly [number, string]>
  readonly close: () => Promise<void>
}

/** A client that keeps what it is told. */
export function connectListener(address: string, options: { origin?: string } = {}): Listener {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, options)
  const messages: LiveMessage[] = []
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as LiveMessage))
  const closed = new Promise<readonly [number, string]>((resolve) => {
    socket.on('close', (code, reason) => resolve([code, reason.toString()]))
    socket.on('error', () => resolve([-1, '']))
  })
  const send = (message: object) => {
    const text = JSON.stringify(message)
    if (socket.readyState === WebSocket.OPEN) socket.send(text)
    else socket.once('open', () => socket.send(text))
  }
  return {
    socket,
    messages,
    changed: (kind) =>
      messages
        .flatMap(({ changes = [] }) => changes)
        .filter((change) => kind === undefined || change.kind === kind)
        .map(({ id }) => id),
    lastId: () => messages.findLast(({ id }) => id !== undefined)?.id,
    send,
    closed,
    close: async () => {
      socket.close()
      await closed
    },
  }
}

/** A client that is signed in and subscribed, and holds what it asked for. */
export async function listen(
  address: string,
  { token, topics, since }: { readonly token: string; readonly topics: string[]; readonly since?: string | undefined },
): Promise<Listener> {
  const listener = connectListener(address)
  listener.send({ type: 'authenticate', token })
  listener.send({ type: 'subscribe', topics, ...(since === undefined ? {} : { since }) })
  await until(
    () => listener.messages,
    (messages) => messages.some(({ type }) => type === 'subscribed') && messages.at(-1)?.id !== undefined,
  )
  return listener
}
