import { randomUUID } from 'node:crypto'
import { allowedFor, questionWaits, type TerminalGuard, type TerminalQuestion } from '#shared/contract/terminals.ts'
import { ConsoleError } from '#shared/errors.ts'
import { Broadcast } from '../../../flow/broadcast.ts'

export type Answer = 'once' | 'forAWhile' | 'refused' | 'unanswered' | 'withdrawn'
type Asked = Omit<TerminalQuestion, 'id' | 'askedAt' | 'until'>

interface Pending {
  question: TerminalQuestion
  settle: (answer: Answer) => void
}

/** The writes that wait for a yes, and the terminals whose writes need none for a while. */
export class Questions {
  readonly #pending = new Map<string, Pending>()
  readonly #allowed = new Map<string, { until: number; timer: NodeJS.Timeout }>()
  readonly #changes = new Broadcast<TerminalGuard>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  get state(): TerminalGuard {
    return {
      questions: [...this.#pending.values()].map(({ question }) => question),
      allowed: [...this.#allowed].map(([streamId, { until }]) => ({ streamId, until })),
    }
  }

  async *watch(signal?: AbortSignal): AsyncGenerator<TerminalGuard> {
    for await (const states of this.#changes.batches([this.state], () => 'all', signal))
      yield states.at(-1) ?? this.state
  }

  isAllowed(streamId: string): boolean {
    return (this.#allowed.get(streamId)?.until ?? 0) > this.#now()
  }

  /** Resolves with what the person said, or with why nobody did: time is up, or whoever asked is gone. */
  ask(asked: Asked, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) return Promise.resolve('withdrawn')
    const askedAt = this.#now()
    const question = { ...asked, id: randomUUID(), askedAt, until: askedAt + questionWaits }
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle('unanswered'), questionWaits)
      const withdrawn = (): void => settle('withdrawn')
      const settle = (answer: Answer): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', withdrawn)
        if (this.#pending.delete(question.id)) this.#tell()
        resolve(answer)
      }
      signal.addEventListener('abort', withdrawn, { once: true })
      this.#pending.set(question.id, { question, settle })
      this.#tell()
    })
  }

  /** @throws ConsoleError NOT_FOUND when it no longer waits, CONFIRMATION_REQUIRED when the name of the cluster is missing */
  answer(id: string, context: string, answer: 'refuse' | 'once' | 'forAWhile', typedName?: string): void {
    const pending = this.#pending.get(id)
    if (!pending || pending.question.context !== context)
      throw new ConsoleError(
        'NOT_FOUND',
        'This question is no longer open: it was answered, its time ran out, or the command was stopped. Run the command again to be asked again.',
      )
    const { question, settle } = pending
    if (answer === 'refuse') {
      settle('refused')
      return
    }
    if (question.level === 3 && typedName !== question.cluster)
      throw new ConsoleError('CONFIRMATION_REQUIRED', `Type ${question.cluster} to allow this on production.`)
    if (answer === 'forAWhile') this.#allow(question.streamId)
    settle(answer)
  }

  /** Asks again about every write of this terminal; also when it has ended. */
  lock(streamId: string): void {
    clearTimeout(this.#allowed.get(streamId)?.timer)
    if (this.#allowed.delete(streamId)) this.#tell()
  }

  #allow(streamId: string): void {
    clearTimeout(this.#allowed.get(streamId)?.timer)
    const timer = setTimeout(() => this.lock(streamId), allowedFor)
    timer.unref()
    this.#allowed.set(streamId, { until: this.#now() + allowedFor, timer })
    for (const { question, settle } of this.#pending.values())
      if (question.streamId === streamId && question.level === 2) settle('forAWhile')
    this.#tell()
  }

  #tell(): void {
    this.#changes.emit(this.state)
  }
}
