import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Fault } from '#shared/contract/base.ts'
import type { TerminalOutput } from '#shared/contract/terminals.ts'
import { Credit } from './credit.ts'

interface TerminalSize {
  columns: number
  rows: number
}

/** What a session draws on: xterm in the window. `drawn` is called when the characters are on screen. */
export interface Screen {
  write: (data: string, drawn: () => void) => void
  size: () => TerminalSize
}

/** The engine's side of one terminal. */
export interface TerminalLine {
  open: (streamId: string, size: TerminalSize, signal: AbortSignal) => Promise<AsyncIterable<TerminalOutput>>
  input: (streamId: string, data: string) => Promise<unknown>
  resize: (streamId: string, size: TerminalSize) => Promise<unknown>
  close: (streamId: string) => Promise<unknown>
  acknowledge: (streamId: string, count: number) => void
  newStreamId: () => string
  asFault: (thrown: unknown) => Fault
}

export type TerminalState =
  /** It was open when the window was closed, and waits to be opened again. */
  | { state: 'offered' }
  | { state: 'opening' }
  /** `refused`: why what was typed last was not taken; the terminal lives. */
  | { state: 'open'; title: string; streamId: string; refused?: string }
  | { state: 'exited'; message: string; exitCode: number | null }
  | { state: 'lost'; fault: Fault }

/** The contract's limit for one input; a large paste goes in pieces. */
const largestInput = 1_048_576

/**
 * One terminal from opening to its end, and again. What was on screen stays there whatever happens: opening again writes
 * below it. Input keeps its order by having one message under way at a time.
 */
export class TerminalSession {
  readonly store: StoreApi<TerminalState> = createStore<TerminalState>(() => ({ state: 'opening' }))
  readonly #line: TerminalLine
  readonly #screen: Screen
  #streamId = ''
  #controller = new AbortController()
  #typed = ''
  #isSending = false

  /** @param isOffered it runs nothing before `run` is called */
  constructor(line: TerminalLine, screen: Screen, isOffered = false) {
    this.#line = line
    this.#screen = screen
    if (isOffered) this.#show({ state: 'offered' })
  }

  /** Opens, or opens again after the end. Resolves when this run has ended. */
  async run(): Promise<void> {
    this.#controller.abort()
    const controller = new AbortController()
    this.#controller = controller
    const streamId = this.#line.newStreamId()
    this.#streamId = streamId
    this.#typed = ''
    this.#show({ state: 'opening' })
    const credit = new Credit((count) => this.#line.acknowledge(streamId, count))
    try {
      for await (const output of await this.#line.open(streamId, this.#screen.size(), controller.signal)) {
        if (controller.signal.aborted) return
        this.#receive(output, credit)
      }
      if (!controller.signal.aborted && this.isLive)
        this.#show({ state: 'exited', message: 'The terminal was closed.', exitCode: null })
    } catch (thrown) {
      if (!controller.signal.aborted) this.#show({ state: 'lost', fault: this.#line.asFault(thrown) })
    }
  }

  get isLive(): boolean {
    const { state } = this.store.getState()
    return state === 'opening' || state === 'open'
  }

  /** What is typed while it opens is kept and sent when it is open. */
  type(data: string): void {
    if (!this.isLive) return
    this.#typed += data
    void this.#send()
  }

  resize(): void {
    if (this.store.getState().state !== 'open') return
    this.#line.resize(this.#streamId, this.#screen.size()).catch(() => undefined)
  }

  /** Ends it for good; the program in it is hung up. */
  close(): void {
    const wasLive = this.isLive
    this.#controller.abort()
    if (wasLive) this.#line.close(this.#streamId).catch(() => undefined)
  }

  #receive(output: TerminalOutput, credit: Credit): void {
    if (output.type === 'opened') {
      this.#show({ state: 'open', title: output.title, streamId: this.#streamId })
      this.resize()
      void this.#send()
    } else if (output.type === 'data') {
      const { length } = output.data
      this.#screen.write(output.data, () => credit.drawn(length))
    } else this.#show({ state: 'exited', message: output.message, exitCode: output.exitCode })
  }

  async #send(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    try {
      while (this.#typed && this.store.getState().state === 'open') {
        const data = this.#typed.slice(0, largestInput)
        this.#typed = this.#typed.slice(data.length)
        await this.#line.input(this.#streamId, data)
        this.#showRefused(undefined)
      }
    } catch (thrown) {
      // The stream itself tells why it ended; keys typed into a terminal that is gone are not kept for the next one.
      this.#typed = ''
      const { code, message } = this.#line.asFault(thrown)
      if (code === 'BUSY') this.#showRefused(message)
    } finally {
      this.#isSending = false
    }
  }

  #showRefused(refused: string | undefined): void {
    const state = this.store.getState()
    if (state.state === 'open' && state.refused !== refused) this.#show({ ...state, refused })
  }

  #show(state: TerminalState): void {
    this.store.setState(state, true)
  }
}
