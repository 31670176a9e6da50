import type { Settings } from '#shared/contract/app.ts'
import type { CredentialsQuestion, ProgramAnswer, ProgramQuestion, RunningWork } from '#shared/rpc/host.ts'

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>

/** The sandbox as a process of the Host, because a packaged app has no `node` of its own to start it with. */
export interface SandboxProcess {
  readonly pid: number | undefined
  /** Whole lines of standard output. */
  onLine(listener: (line: string) => void): void
  onExit(listener: (exitCode: number) => void): void
  /** Asks it to end; resolves when it has. */
  stop(): Promise<void>
}

/**
 * All that the engine needs from outside. Electron implements it for the app, tests in a few lines, and the command line
 * for headless use.
 */
export interface Host {
  /** Where the app keeps its files: audit log, backups, settings. Absolute. */
  readonly dataDirectory: string
  /** The folder `resources/` of the app. Absolute. */
  readonly resourcesDirectory: string
  /** Who is at the keyboard, for the audit log. */
  readonly user: string
  readonly runtime: { electron: string; chrome: string; node: string }
  readonly version: string
  /** What programs of the person run with: PATH, proxies, KUBECONFIG as in their terminal. Never rejects. */
  readonly environment: Promise<Variables>
  /** How often the engine was started since the window opened. */
  readonly engineStarts: number
  /** Shows the system's file dialog; null when it was closed. */
  openFile(title: string): Promise<string | null>
  /** Asks where to save, with a name proposed; null when the dialog was closed. The person was asked before a file is replaced. */
  saveFile(title: string, name: string): Promise<string | null>
  /** The theme chosen in Settings, for what the system draws: the window's buttons, dialogs, menus. */
  showTheme(theme: Settings['theme']): void
  /** All long work that runs now: the window is not closed over it unasked, and the computer is kept awake for it. */
  workChanged(running: RunningWork[]): void
  /** One piece of it has ended; shown by the system where no window is open. */
  workEnded(title: string, outcome: string): void
  /** Asks the person whether a program of a kubeconfig may run. Closing the question is a no. */
  approveProgram(question: ProgramQuestion): Promise<ProgramAnswer>
  /** Asks the person whether credentials that could go astray may be read and sent. Closing the question is a no. */
  approveCredentials(question: CredentialsQuestion): Promise<boolean>
  /** Starts the bundled sandbox with these arguments, or joins the one that runs. */
  startSandbox(args: string[]): SandboxProcess
  now(): number
}
