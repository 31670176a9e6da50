import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TerminalOutput } from '#shared/contract/terminals.ts'
import { ConsoleError } from '#shared/errors.ts'
import { sanitise } from '../../kube/index.ts'
import { terminalCredit, type Credits } from '../../flow/credit.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import type { Variables } from '../../ports/host.ts'
import type { AuditLog } from '../audit/log.ts'
import { requireAllowedProgram } from './allowedProgram.ts'
import { reportFile } from '../../storage/fileProblems.ts'
import { findKubectl } from './findKubectl.ts'
import { Guard } from './guard/guard.ts'
import { terminalKubeconfig } from './guard/kubeconfig.ts'
import { startProxy } from './guard/proxy.ts'
import { Questions } from './guard/questions.ts'
import { kubectlShell } from './kubectlShell.ts'
import { podShell } from './podShell.ts'
import { runTerminal, type Program } from './terminal.ts'

export interface TerminalsNeeds {
  directory: ClusterDirectory
  credits: Credits
  audit: Pick<AuditLog, 'append'>
  /** Who is at the keyboard. */
  user: string
  /** The console's own files. */
  dataDirectory: string
  resourcesDirectory: string
  /** The setting; empty when there is none. */
  kubectlPath: () => string
  /** What the shells run with; the person's login environment arrives a moment after the start. */
  environment?: Variables | Promise<Variables>
}

interface Opening {
  streamId: string
  context: string
  namespace: string
  columns: number
  rows: number
}

/** The open terminals, by the name the window gave their stream. */
export class Terminals {
  readonly #needs: TerminalsNeeds
  readonly #folder: string
  readonly #guard: Guard
  /** Writes of production terminals that wait for a yes. */
  readonly questions = new Questions()
  readonly #open = new Map<string, { program: Program; ending: AbortController }>()

  constructor(needs: TerminalsNeeds) {
    this.#needs = needs
    this.#guard = new Guard({ ...needs, questions: this.questions })
    this.#folder = join(needs.dataDirectory, 'terminals')
    // What an engine that was killed left behind holds credentials.
    removeLeftovers(this.#folder)
  }

  shell(
    opening: Opening & { pod: string; container?: string | undefined },
    signal?: AbortSignal,
  ): AsyncGenerator<TerminalOutput> {
    return this.#run(opening, signal, async (whole) => {
      const connection = await this.#needs.directory.connection(opening.context)
      return podShell(connection, { ...opening, signal: whole })
    })
  }

  kubectl(opening: Opening, signal?: AbortSignal): AsyncGenerator<TerminalOutput> {
    const { directory, resourcesDirectory, kubectlPath } = this.#needs
    return this.#run(opening, signal, async () => {
      const environment = (await this.#needs.environment) ?? process.env
      const connection = await directory.connection(opening.context)
      await requireAllowedProgram(connection, signal)
      const kubectl = await findKubectl({ setting: kubectlPath(), environment, resourcesDirectory })
      const { name, environment: kind } = directory.facts(opening.context)
      const label = `${kind === 'other' ? '' : `${kind} `}${name}/${opening.namespace}`
      const { streamId, context, namespace } = opening
      const proxy = await startProxy({
        terminal: { streamId, context, namespace, cluster: directory.suiteOf(opening).cluster },
        guard: this.#guard,
        connection: () => directory.connection(context),
      })
      try {
        const title = sanitise(`kubectl: ${name} / ${namespace}`)
        const kubeconfig = terminalKubeconfig(connection.context, namespace, proxy.door)
        const given = { ...opening, title, kubeconfig, label, kind, kubectl, folder: this.#folder, environment }
        const program = await kubectlShell(given)
        const ended = program.ended.finally(() => {
          proxy.close()
          this.questions.lock(streamId)
        })
        return { ...program, ended }
      } catch (thrown) {
        proxy.close()
        throw thrown
      }
    })
  }

  /** @throws ConsoleError BUSY when the program reads nothing and too much waits for it */
  input(streamId: string, data: string): void {
    if (this.#find(streamId).write(data)) return
    throw new ConsoleError(
      'BUSY',
      'The program in this terminal is not reading its input. What was typed last was not sent. Wait until it reads again, or close the terminal.',
      { characters: data.length },
    )
  }

  resize(streamId: string, columns: number, rows: number): void {
    this.#find(streamId).resize(columns, rows)
  }

  /** Closing what has ended is no error. */
  close(streamId: string): void {
    this.#open.get(streamId)?.ending.abort()
  }

  stop(): void {
    for (const { program, ending } of this.#open.values()) {
      ending.abort()
      program.close()
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async *#run(
    { streamId }: Opening,
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => Promise<Program>,
  ): AsyncGenerator<TerminalOutput> {
    const { credits } = this.#needs
    const ending = new AbortController()
    const whole = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal
    const credit = credits.open(streamId, terminalCredit)
    try {
      const program = await start(whole)
      this.#open.set(streamId, { program, ending })
      yield* runTerminal(program, credit, whole)
    } finally {
      ending.abort()
      this.#open.delete(streamId)
      credits.close(streamId)
    }
  }

  #find(streamId: string): Program {
    const found = this.#open.get(streamId)
    if (found) return found.program
    throw new ConsoleError('NOT_FOUND', 'This terminal has ended. What was typed was not sent. Open a new one.')
  }
}

function removeLeftovers(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch (error) {
    const raw = error instanceof Error ? error.message : String(error)
    const message = `What terminals of an earlier session left, credentials among it, cannot be removed: ${raw}.`
    reportFile({ path: folder, keptAs: null, message })
  }
}
