import type { Readable, Writable } from 'node:stream'
import type { CommandStatus } from './commandStatus.ts'

export interface TerminalSize {
  columns: number
  rows: number
}

/** The streams of an exec or attach session, whatever carries them. */
export interface CommandChannels {
  /** Ends when the client has closed its input. */
  stdin: Readable | undefined
  stdout: Writable
  stderr: Writable
  /** Calls back for each new size; sizes that came earlier are not lost. */
  onResize: (listener: (size: TerminalSize) => void) => void
  /** Sends the result after all output and closes. */
  finish: (status: CommandStatus) => Promise<void>
  /** Aborted when the client is gone. */
  closed: AbortSignal
}

export interface CommandRequest {
  command: string[]
  stdin: boolean
  stdout: boolean
  stderr: boolean
  tty: boolean
}

export function parseCommandRequest(query: URLSearchParams): CommandRequest {
  const isTrue = (name: string): boolean => ['true', '1'].includes(query.get(name) ?? '')
  const tty = isTrue('tty')
  return {
    command: query.getAll('command'),
    stdin: isTrue('stdin'),
    stdout: isTrue('stdout'),
    // A terminal has one output.
    stderr: isTrue('stderr') && !tty,
    tty,
  }
}

/** The JSON of a resize message, `{"Width":80,"Height":24}`. */
function parseTerminalSize(text: string): TerminalSize | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || !('Width' in parsed) || !('Height' in parsed)) return undefined
    return { columns: Number(parsed.Width), rows: Number(parsed.Height) }
  } catch {
    return undefined
  }
}

/** Remembers the last size until somebody listens. */
export class ResizeChannel {
  #listener: ((size: TerminalSize) => void) | undefined
  #last: TerminalSize | undefined

  receive(text: string): void {
    const size = parseTerminalSize(text)
    if (size === undefined) return
    this.#last = size
    this.#listener?.(size)
  }

  readonly listen = (listener: (size: TerminalSize) => void): void => {
    this.#listener = listener
    if (this.#last !== undefined) listener(this.#last)
  }
}
