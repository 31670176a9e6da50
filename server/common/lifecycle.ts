import type { FastifyInstance } from 'fastify'

export interface ServiceAddress {
  readonly host: string
  readonly port: number
  readonly drainMilliseconds: number
}

/** Kubernetes kills 30 s after SIGTERM; what is still open shortly before is cut by us, with a log line. */
const closeDeadlineMilliseconds = 25_000

/** Listens, and on SIGTERM or SIGINT drains: not ready, wait, finish what runs, close, exit 0. */
export async function serve(app: FastifyInstance, address: ServiceAddress): Promise<void> {
  let isStopping = false
  const stop = (signal: string) => {
    if (isStopping) return
    isStopping = true
    app.log.info({ signal }, 'draining')
    app.readiness.isDraining = true
    const deadline = setTimeout(() => {
      app.log.warn('requests were still open at the deadline and are cut')
      process.exit(1)
    }, address.drainMilliseconds + closeDeadlineMilliseconds)
    deadline.unref()
    setTimeout(() => {
      app.close().then(
        () => {
          app.log.info('closed')
          process.exit(0)
        },
        (error: unknown) => {
          app.log.error({ err: error }, 'closing failed')
          process.exit(1)
        },
      )
    }, address.drainMilliseconds)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('unhandledRejection', (error) => {
    app.log.error({ err: error }, 'a rejection was not handled: this process is not to be trusted and ends')
    process.exit(1)
  })
  await app.listen({ host: address.host, port: address.port })
}
