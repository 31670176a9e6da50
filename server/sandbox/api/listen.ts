import type { Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

const connections = new WeakMap<Server, Set<Socket>>()

/** Remembers open connections. The HTTP server itself forgets those that were upgraded, and still waits for them. */
function track(server: Server): void {
  if (connections.has(server)) return
  const sockets = new Set<Socket>()
  connections.set(server, sockets)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
}

/** Listens on the loopback address. @returns the port taken, which is another one only when `port` is 0 */
export function listenOnLoopback(server: Server, port: number): Promise<number> {
  track(server)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')

/** Listens where the last run did, so that kubeconfigs stay good; elsewhere when somebody else has the port by now. */
export async function listenAgain(server: Server, lastPort: number): Promise<number> {
  try {
    return await listenOnLoopback(server, lastPort)
  } catch (error) {
    if (lastPort === 0 || !isPortTaken(error)) throw error
    return listenOnLoopback(server, 0)
  }
}

/** Stops listening and cuts what is still open: watches and forwarded ports would keep it open for hours. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const socket of connections.get(server) ?? []) socket.destroy()
  })
}
