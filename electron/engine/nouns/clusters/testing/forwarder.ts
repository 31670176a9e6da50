import { connect, createServer, type Socket } from 'node:net'

/** A TCP tunnel at an address of its own. */
export interface Forwarder {
  /** `https://127.0.0.1:<port>` */
  readonly server: string
  /** Leads to another server from now on; connections that are open are cut. */
  switchTo(server: string): void
  stop(): Promise<void>
}

/** @param server `https://host:port` where it leads to */
export async function startForwarder(server: string): Promise<Forwarder> {
  let target = new URL(server)
  const open = new Set<Socket>()
  const tunnel = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  await new Promise<void>((resolve) => tunnel.listen(0, '127.0.0.1', resolve))
  const address = tunnel.address()
  if (address === null || typeof address === 'string') throw new Error('The tunnel has no port.')
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    server: `https://127.0.0.1:${address.port}`,
    switchTo: (next) => {
      target = new URL(next)
      cut()
    },
    stop: () => {
      cut()
      return new Promise((resolve) => tunnel.close(() => resolve()))
    },
  }
}
