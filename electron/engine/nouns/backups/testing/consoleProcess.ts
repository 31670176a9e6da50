import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Fault, Scope } from '#shared/contract/base.ts'
import type { ConsoleFacts } from './consoleOf.ts'

export interface ConsoleWork {
  what: 'restore' | 'undo' | 'keep' | 'recover'
  /** Of the backup, or of the restore. */
  id: string
}

export interface WorkEnded {
  state: string
  fault?: Fault
}

/** A console of `consoleChild.ts`. */
export interface ConsoleProcess {
  /** How it ended; `killed` when the console was killed before it could say. */
  perform(work: ConsoleWork): Promise<WorkEnded>
  kill(): Promise<void>
  isAlive(): boolean
}

export async function startConsole(facts: ConsoleFacts & { scope: Scope }): Promise<ConsoleProcess> {
  const file = fileURLToPath(new URL('consoleChild.ts', import.meta.url))
  const child = fork(file, [JSON.stringify(facts)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if ((await answerOf(child, gone)) !== 'ready') throw new Error('the console did not start')
  return {
    perform: async (work) => {
      const answer = answerOf(child, gone)
      child.send(work, () => undefined)
      return ((await answer) as WorkEnded | undefined) ?? { state: 'killed' }
    },
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
    isAlive: () => child.exitCode === null && child.signalCode === null,
  }
}

/** Its next message; undefined when it ends before one. */
function answerOf(child: ChildProcess, gone: Promise<void>): Promise<unknown> {
  return new Promise((resolve) => {
    child.once('message', resolve)
    void gone.then(() => resolve(undefined))
  })
}
