import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { projectRoot } from '../setup/projectRoot.ts'

export interface SuiteService {
  readonly name: string
  readonly port: number
}

/** The services with the ports of the guide. */
export const serviceNames = { backend: 8181, mcp: 8051, agents: 8052, frontend: 3737 } as const

export interface RunningService extends SuiteService {
  readonly child: ChildProcess
}

const program = join(projectRoot, 'out', 'server', 'suite.js')
/** A service that is not ready by then has said why in its log. Milliseconds. */
const patience = 60_000

/** Runs `node suite.js <name>`; its log goes to a file of its own. */
export async function startService(
  directory: string,
  { name, port }: SuiteService,
  environment: Record<string, string>,
): Promise<RunningService> {
  const child = await startLogged(directory, name, { ...environment, PORT: String(port) })
  return { name, port, child }
}

/** Runs a job of the suite to its end. @throws Error with the end of its log */
export async function runJob(directory: string, name: string, environment: Record<string, string>): Promise<void> {
  const child = await startLogged(directory, name, environment)
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${name} ended with ${code ?? 'a signal'}.\n${await endOfLog(directory, name)}`)
}

/** @throws Error with the end of its log when the service ends or is not ready in time */
export async function untilReady(directory: string, { name, port, child }: RunningService): Promise<void> {
  const deadline = Date.now() + patience
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined)
    if (answer?.status === 200) return
    await pause(200)
  }
  throw new Error(`${name} did not become ready.\n${await endOfLog(directory, name)}`)
}

/** SIGTERM, and waits for the end. */
export async function stopService({ child }: RunningService): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

export const logPath = (directory: string, name: string): string => join(directory, 'logs', `${name}.log`)

async function startLogged(
  directory: string,
  name: string,
  environment: Record<string, string>,
): Promise<ChildProcess> {
  await mkdir(join(directory, 'logs'), { recursive: true, mode: 0o700 })
  const log = createWriteStream(logPath(directory, name), { flags: 'w', mode: 0o600 })
  await once(log, 'open')
  // Nothing of the caller's environment: a service has what is listed, as in a pod.
  return spawn(process.execPath, [program, name], { env: environment, stdio: ['ignore', log, log], cwd: directory })
}

async function endOfLog(directory: string, name: string): Promise<string> {
  const text = await readFile(logPath(directory, name), 'utf8').catch(() => '')
  return text.trimEnd().split('\n').slice(-15).join('\n')
}
