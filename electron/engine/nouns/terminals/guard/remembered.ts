import type { TerminalRequest } from './terminalRequest.ts'
import type { Answer } from './questions.ts'

/** Milliseconds. A command that continues after a no is not asked about again in that time. */
const commandLives = 120_000
/** kubectl tries the same upgrade a second time over an older protocol. */
const retryLives = 10_000

/**
 * Answers that hold for more than one request. A no holds for the whole command: kubectl says of each request which run of it sent it, and
 * continues with the next object after a refusal. A yes is kept only for the second try of an upgrade that the cluster did not take: a program
 * could make the header of a command up.
 */
export class Remembered {
  readonly #kept = new Map<string, { answer: Answer; until: number }>()

  /** A yes is used up by this. */
  take(streamId: string, request: TerminalRequest): Answer | undefined {
    const now = Date.now()
    for (const [key, { until }] of this.#kept) if (until <= now) this.#kept.delete(key)
    for (const key of [sessionOf(streamId, request), upgradeOf(streamId, request)]) {
      const answer = this.#kept.get(key)?.answer
      if (answer === 'once') this.#kept.delete(key)
      if (answer) return answer
    }
    return undefined
  }

  refused(streamId: string, request: TerminalRequest, answer: Answer): void {
    const session = sessionOf(streamId, request)
    if (session !== '') this.#keep(session, answer, commandLives)
    if (request.isUpgrade) this.#keep(upgradeOf(streamId, request), answer, retryLives)
  }

  /** The cluster answered an upgrade that was allowed with something else. */
  notTaken(streamId: string, request: TerminalRequest): void {
    this.#keep(upgradeOf(streamId, request), 'once', retryLives)
  }

  #keep(key: string, answer: Answer, lives: number): void {
    this.#kept.set(key, { answer, until: Date.now() + lives })
  }
}

function sessionOf(streamId: string, { headers }: TerminalRequest): string {
  const session = [headers['kubectl-session']].flat()[0] ?? ''
  return session === '' ? '' : `${streamId} command ${session}`
}

const upgradeOf = (streamId: string, { target, isUpgrade }: TerminalRequest): string =>
  isUpgrade ? `${streamId} upgrade ${target}` : ''
