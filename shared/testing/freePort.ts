import { createServer } from 'node:net'

/** A TCP port that was free on loopback a moment ago. Callers start their server at once; a rare clash shows as its start error. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('The port probe has no address.'))
        else resolve(address.port)
      })
    })
  })
}
