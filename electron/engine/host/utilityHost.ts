import type { Settings } from '#shared/contract/app.ts'
import type {
  CredentialsQuestion,
  HostAnswer,
  HostRequest,
  HostStart,
  ProgramAnswer,
  ProgramQuestion,
  RunningWork,
} from '#shared/rpc/host.ts'
import type { Host, SandboxProcess, Variables } from '../ports/host.ts'
import { loginEnvironment } from './loginEnvironment.ts'

type Unnumbered<T> = T extends { id: number } ? Omit<T, 'id'> : never

/** The Host of an engine that runs in Electron's utility process: main is on the other side of the parent port. */
export class UtilityHost implements Host {
  readonly dataDirectory: string
  readonly resourcesDirectory: string
  readonly user: string
  readonly runtime: HostStart['runtime']
  readonly version: string
  readonly engineStarts: number
  readonly environment: Promise<Variables> = loginEnvironment()
  readonly #post: (request: HostRequest) => void
  readonly #waiting = new Map<number, (answer: HostAnswer) => void>()
  #nextId = 1

  constructor(start: HostStart, post: (request: HostRequest) => void) {
    this.dataDirectory = start.dataDirectory
    this.resourcesDirectory = start.resourcesDirectory
    this.user = start.user
    this.runtime = start.runtime
    this.version = start.version
    this.engineStarts = start.engineStarts
    this.#post = post
  }

  now(): number {
    return Date.now()
  }

  answered(answer: HostAnswer): void {
    this.#waiting.get(answer.id)?.(answer)
  }

  openFile(title: string): Promise<string | null> {
    return new Promise((resolve) => {
      const id = this.#ask({ type: 'openFile', title }, (answer) => {
        this.#waiting.delete(id)
        resolve(answer.type === 'fileOpened' ? answer.path : null)
      })
    })
  }

  saveFile(title: string, name: string): Promise<string | null> {
    return new Promise((resolve) => {
      const id = this.#ask({ type: 'saveFile', title, name }, (answer) => {
        this.#waiting.delete(id)
        resolve(answer.type === 'fileChosen' ? answer.path : null)
      })
    })
  }

  workChanged(running: RunningWork[]): void {
    this.#post({ type: 'work', running })
  }

  workEnded(title: string, outcome: string): void {
    this.#post({ type: 'workEnded', title, outcome })
  }

  showTheme(theme: Settings['theme']): void {
    this.#post({ type: 'showTheme', id: this.#nextId++, theme })
  }

  approveProgram(question: ProgramQuestion): Promise<ProgramAnswer> {
    return new Promise((resolve) => {
      const id = this.#ask({ type: 'approveProgram', ...question }, (answer) => {
        this.#waiting.delete(id)
        resolve(answer.type === 'programApproved' ? answer.allowed : 'no')
      })
    })
  }

  approveCredentials(question: CredentialsQuestion): Promise<boolean> {
    return new Promise((resolve) => {
      const id = this.#ask({ type: 'approveCredentials', ...question }, (answer) => {
        this.#waiting.delete(id)
        resolve(answer.type === 'credentialsApproved' && answer.allowed)
      })
    })
  }

  startSandbox(args: string[]): SandboxProcess {
    const lines = new Set<(line: string) => void>()
    const exits = new Set<(exitCode: number) => void>()
    let pid: number | undefined
    const id = this.#ask({ type: 'startSandbox', args }, (answer) => {
      if (answer.type === 'sandboxStarted') pid = answer.pid ?? undefined
      if (answer.type === 'sandboxLine') for (const tell of lines) tell(answer.line)
      if (answer.type === 'sandboxExited') {
        this.#waiting.delete(id)
        for (const tell of exits) tell(answer.exitCode)
      }
    })
    return {
      get pid() {
        return pid
      },
      onLine: (listener) => lines.add(listener),
      onExit: (listener) => exits.add(listener),
      stop: () =>
        new Promise((resolve) => {
          exits.add(() => resolve())
          this.#post({ type: 'stopSandbox', id: this.#nextId++ })
        }),
    }
  }

  #ask(request: Unnumbered<HostRequest>, answered: (answer: HostAnswer) => void): number {
    const id = this.#nextId++
    this.#waiting.set(id, answered)
    this.#post({ ...request, id })
    return id
  }
}
