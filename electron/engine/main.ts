import { setTimeout as delay } from 'node:timers/promises'
import { asConsoleError } from '#shared/errors.ts'
import { fromHost, type HostRequest, type HostStart } from '#shared/rpc/host.ts'
import { createEngine, type Engine } from './index.ts'
import { UtilityHost } from './host/utilityHost.ts'
import { claimDirectory } from './storage/directoryLock.ts'

/**
 * The engine's entry in Electron's utility process. `parentPort` is Electron's addition to `process`; its type is stated here
 * because the engine never imports electron.
 */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown; ports: MessagePortMain[] }) => void): void
  postMessage(message: unknown): void
}
interface MessagePortMain {
  start(): void
  close(): void
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
}

const parent = (process as NodeJS.Process & { parentPort?: ParentPort }).parentPort
if (!parent)
  throw new Error('The engine is started by the app. To use it without a window see electron/engine/README.md.')

let engine: Engine | undefined
let host: UtilityHost | undefined
let started: Promise<void> = Promise.resolve()
let release: () => void = () => undefined

parent.on('message', ({ data, ports }) => {
  const message = fromHost.parse(data)
  switch (message.type) {
    case 'start':
      started = start(message)
      break
    case 'port':
      void started.then(() => serve(ports))
      break
    case 'pulse':
      parent.postMessage({ type: 'alive' } satisfies HostRequest)
      break
    case 'event':
      if (message.event === 'stop') void stop()
      else engine?.reconnect()
      break
    default:
      host?.answered(message)
  }
})

async function start(message: HostStart): Promise<void> {
  try {
    release = await claim(message)
  } catch (thrown) {
    parent?.postMessage({ type: 'refused', reason: asConsoleError(thrown).message } satisfies HostRequest)
    return
  }
  host = new UtilityHost(message, (request) => parent?.postMessage(request))
  engine = createEngine(host)
}

/** The engine of an app that was killed a moment ago may still be ending. */
async function claim({ dataDirectory, user }: HostStart): Promise<() => void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return claimDirectory(dataDirectory, user)
    } catch (thrown) {
      if (tries === 20) throw thrown
      await delay(250)
    }
  }
}

function serve(ports: MessagePortMain[]): void {
  for (const port of ports) {
    engine?.serve(port)
    port.start()
  }
}

async function stop(): Promise<void> {
  try {
    await engine?.stop()
  } finally {
    release()
    process.exit(0)
  }
}
