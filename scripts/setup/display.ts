import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { hasDisplay } from './requirements.ts'

/** A screen for windows; `stop` ends it when it was ours. */
export interface Display {
  /** What DISPLAY must be; undefined leaves the environment as it is. */
  name: string | undefined
  stop(): void
}

/** The machine's own display, or on Linux without one a virtual screen large enough for the window. */
export async function openDisplay(say: (line: string) => void): Promise<Display> {
  if (process.platform !== 'linux' || hasDisplay()) return { name: undefined, stop: () => undefined }
  say('There is no display: running on a virtual one (Xvfb).')
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = await new Promise<string>((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`Xvfb ended with exit code ${code} before it was ready.`)))
    ;(server.stdio[3] as Readable).once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
  })
  const stop = () => void server.kill()
  process.once('exit', stop)
  return { name: `:${number}`, stop }
}
