import { fromHost } from '#shared/rpc/host.ts'
import { createEngine, type Engine } from './index.ts'
import { UtilityHost } from './host/utilityHost.ts'

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

parent.on('message', ({ data, ports }) => {
  const message = fromHost.parse(data)
  switch (message.type) {
    case 'start':
      host = new UtilityHost(message, (request) => parent.postMessage(request))
      engine = createEngine(host)
      break
    case 'port':
      for (const port of ports) {
        engine?.serve(port)
        port.start()
      }
      break
    case 'event':
      if (message.event === 'stop') void engine?.stop().finally(() => process.exit(0))
      else engine?.reconnect()
      break
    default:
      host?.answered(message)
  }
})
