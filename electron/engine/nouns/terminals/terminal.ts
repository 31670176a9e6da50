import { setTimeout as delay } from 'node:timers/promises'
import type { TerminalOutput } from '#shared/contract/terminals.ts'
import { asConsoleError, type ConsoleError } from '#shared/errors.ts'
import type { Credit } from '../../flow/credit.ts'

/** A program with a screen: a shell in a pod, or one on this machine. */
export interface Program {
  readonly title: string
  /** What had to be done another way than asked, shown above the first output. */
  readonly notes: readonly string[]
  /** Called once, before anything is read. */
  onData(listener: (text: string) => void): void
  /** @returns false when the program reads nothing and too much waits for it; then nothing of it was taken */
  write(data: string): boolean
  resize(columns: number, rows: number): void
  pause(): void
  resume(): void
  /** Rejects when how it ended is not known. */
  readonly ended: Promise<{ exitCode: number | null; message: string }>
  /** Hangs up. Also removes what was made for it. */
  close(): void
}

/** Milliseconds in which output is gathered into one message (VS Code's terminalDataBuffering). */
const batching = 5

/**
 * What the program writes, in batches, never further ahead of the window than the credit allows: a flood stops the program,
 * not the window. Ends with `exited`; throws what `ended` rejects with.
 */
export async function* runTerminal(
  program: Program,
  credit: Credit,
  signal: AbortSignal,
): AsyncGenerator<TerminalOutput> {
  let waiting = program.notes.map((note) => `\x1b[33m${note}\x1b[0m\r\n`).join('')
  let end: { exitCode: number | null; message: string } | undefined
  let failure: ConsoleError | undefined
  let isPaused = false
  let wake: () => void = () => undefined

  const goOn = (): void => {
    isPaused = false
    program.resume()
  }
  program.onData((text) => {
    waiting += text
    credit.spend(text.length)
    if (credit.exhausted && !isPaused) {
      isPaused = true
      program.pause()
      void credit.available().then(goOn)
    }
    wake()
  })
  program.ended.then(
    (outcome) => {
      end = outcome
      wake()
    },
    (thrown: unknown) => {
      failure = asConsoleError(thrown)
      wake()
    },
  )
  const stopped = (): void => wake()
  signal.addEventListener('abort', stopped, { once: true })
  try {
    yield { type: 'opened', title: program.title }
    while (!signal.aborted) {
      const isOver = end !== undefined || failure !== undefined
      if (waiting === '' && !isOver) await new Promise<void>((resolve) => (wake = resolve))
      if (waiting !== '') {
        if (!isOver) await delay(batching)
        const data = waiting
        waiting = ''
        yield { type: 'data', data }
      } else if (failure !== undefined) throw failure
      else if (end) {
        yield { type: 'exited', ...end }
        return
      }
    }
  } finally {
    signal.removeEventListener('abort', stopped)
    program.close()
  }
}
