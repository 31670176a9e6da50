import { app, BrowserWindow, dialog, powerMonitor, powerSaveBlocker, type MessageBoxOptions } from 'electron'
import type { RunningWork } from '#shared/rpc/host.ts'
import { Background } from './background.ts'
import type { EngineSupervisor } from './engineSupervisor.ts'
import { leaveAnswers, leaveQuestion } from './leaveQuestion.ts'

interface LeavingNeeds {
  engine: EngineSupervisor
  /** Ends what main itself runs. */
  stopHost: () => Promise<void>
  openWindow: () => BrowserWindow
}

/** Quitting while the window is open, closed, or gone with work left: nothing that runs is ended unasked. */
export class Leaving {
  readonly #needs: LeavingNeeds
  readonly #background: Background
  #state: 'here' | 'asking' | 'leaving' | 'finished' = 'here'
  #quitsWhenDone = true
  #blocker: number | undefined

  constructor(needs: LeavingNeeds) {
    this.#needs = needs
    this.#background = new Background({
      open: () => this.showWindow(),
      stopAndQuit: () => void this.leave(),
      quitsWhenDone: () => this.#quitsWhenDone,
      setQuitsWhenDone: (quits) => {
        this.#quitsWhenDone = quits
        this.#workChanged(needs.engine.work)
      },
    })
    needs.engine.on('work', (work) => this.#workChanged(work))
    needs.engine.on('request', (request) => {
      if (request.type !== 'workEnded' || BrowserWindow.getAllWindows().length > 0) return
      this.#background.notify(request.title, request.outcome)
    })
  }

  /** Opens the window, or brings it to the front. */
  showWindow(): void {
    if (this.#state === 'leaving' || this.#state === 'finished') return
    this.#background.hide()
    const [window] = BrowserWindow.getAllWindows()
    if (!window) {
      this.watch(this.#needs.openWindow())
      return
    }
    if (window.isMinimized()) window.restore()
    window.focus()
  }

  /** Asks before this window closes over work that runs. */
  watch(window: BrowserWindow): void {
    window.on('close', (event) => {
      if (this.#mayEnd() || this.#background.isOn) return
      event.preventDefault()
      if (this.#state === 'here') void this.#ask(window)
    })
    // Windows: the session ends. The system shows that the console holds it up while work runs.
    window.on('query-session-end', (event) => {
      if (this.#mayEnd()) return
      event.preventDefault()
      if (this.#state === 'here') void this.#ask(window)
    })
    window.on('session-end', () => void this.leave())
  }

  /** Before the app quits, by whatever way. */
  beforeQuit(event: { preventDefault(): void }): void {
    if (this.#state === 'finished') return
    event.preventDefault()
    if (this.#state === 'here' && !this.#mayEnd()) void this.#ask(BrowserWindow.getAllWindows()[0])
    else if (this.#state === 'here') void this.leave()
  }

  /** The last window is gone: that is the end, unless work runs in the background. */
  windowsClosed(): void {
    if (!this.#background.isOn) app.quit()
  }

  /** When the system shuts down, or asks to end: what can be stopped is stopped, and the rest waited for as long as the system allows. */
  followSystem(): void {
    // Electron passes an event that delays the shutdown, and leaves it out of its types.
    ;(powerMonitor as NodeJS.EventEmitter).on('shutdown', (event: { preventDefault(): void }) => {
      event.preventDefault()
      void this.leave()
    })
    process.on('SIGTERM', () => void this.leave())
  }

  /** Stops the work and quits. Waits for what cannot be stopped. */
  async leave(): Promise<void> {
    if (this.#state === 'leaving' || this.#state === 'finished') return
    this.#state = 'leaving'
    await Promise.allSettled([this.#needs.engine.stop(), this.#needs.stopHost()])
    this.#state = 'finished'
    this.#background.hide()
    app.quit()
  }

  #mayEnd(): boolean {
    return this.#state === 'finished' || this.#needs.engine.work.length === 0
  }

  async #ask(window: BrowserWindow | undefined): Promise<void> {
    this.#state = 'asking'
    const options: MessageBoxOptions = leaveQuestion(this.#needs.engine.work)
    const shown = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options))
    this.#state = 'here'
    const answer = leaveAnswers[shown.response] ?? 'cancel'
    if (answer === 'stop') await this.leave()
    if (answer !== 'background') return
    this.#quitsWhenDone = shown.checkboxChecked
    const { work } = this.#needs.engine
    // The work may have ended while the question was open.
    if (work.length === 0 && this.#quitsWhenDone) {
      await this.leave()
      return
    }
    this.#background.show(work)
    for (const each of BrowserWindow.getAllWindows()) each.close()
  }

  #workChanged(work: readonly RunningWork[]): void {
    this.#keepAwake(work.length > 0)
    if (!this.#background.isOn) return
    if (work.length === 0 && this.#quitsWhenDone && this.#state === 'here') void this.leave()
    else this.#background.show(work)
  }

  /** Sleep breaks every stream to a cluster: it waits until the work has ended. The screen may go dark. */
  #keepAwake(isNeeded: boolean): void {
    if (isNeeded && this.#blocker === undefined) this.#blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (isNeeded || this.#blocker === undefined) return
    powerSaveBlocker.stop(this.#blocker)
    this.#blocker = undefined
  }
}
