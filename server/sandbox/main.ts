import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { resetSandbox, startSandbox } from './start.ts'
import { defaultStateDirectory } from './stateDirectory.ts'

// `node out/server/sandbox.js [reset] [--state DIR] [--port N] [--exit-with-parent]`: the cluster as a program of its own. The first line on
// standard output is `{"ready":true,"kubeconfig":"...","server":"https://127.0.0.1:N"}`.

/** What the Electron Host says to a child that has no signals. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: unknown }) => void): void
}

const isStop = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && 'type' in data && data.type === 'stop'

/** The bundles lie beside this one; from source, in the built folder. */
function bundle(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const beside = join(here, name)
  return existsSync(beside) ? beside : join(here, '..', '..', 'out', 'server', name)
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new Error(`--port takes a number from 0 to 65535, not "${text}".`)
}

async function run(stateDirectory: string, port: number | undefined, exitWithParent: boolean): Promise<void> {
  const sandbox = await startSandbox({
    stateDirectory,
    port,
    images: { suiteModule: bundle('suite.js'), podBootstrap: bundle('podBootstrap.js') },
  })
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    sandbox.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('The sandbox did not stop cleanly:', error)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  const { parentPort } = process as { parentPort?: ParentPort }
  parentPort?.on('message', ({ data }) => {
    if (isStop(data)) stop()
  })
  if (exitWithParent) process.stdin.on('end', stop).on('error', stop).resume()
  process.stdout.write(`${JSON.stringify({ ready: true, kubeconfig: sandbox.kubeconfigPath, server: sandbox.url })}\n`)
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      state: { type: 'string' },
      port: { type: 'string' },
      'exit-with-parent': { type: 'boolean', default: false },
    },
  })
  const state = values.state ?? defaultStateDirectory()
  const [command] = positionals
  if (command === 'reset') {
    await resetSandbox(state)
    // In Electron an open port to the parent would keep the process alive.
    process.exit(0)
  } else if (command === undefined) await run(state, parsePort(values.port), values['exit-with-parent'])
  else throw new Error(`"${command}" is not a command of the sandbox. The one there is: reset.`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
