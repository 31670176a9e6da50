import { ORPCError } from '@orpc/server'
import type { Scope } from '#shared/contract/base.ts'
import type { Forward } from '#shared/contract/forwards.ts'

/** The port-forwards of the sample engine, filled as the real one fills them: open once it listens, the whole list at every change. */
export class SampleForwards {
  list: Forward[] = []
  #nextPort = 41_000
  readonly #waiting = new Set<() => void>()

  open({
    context,
    namespace,
    pod,
    port,
    localPort,
  }: Scope & { pod: string; port: number; localPort: number }): Forward {
    const forward: Forward = {
      id: crypto.randomUUID(),
      cluster: context,
      namespace,
      pod,
      port,
      localPort: localPort || (this.#nextPort += 1),
      state: 'open',
      detail: '',
    }
    this.#show([...this.list, forward])
    return forward
  }

  close(id: string): void {
    if (!this.list.some((forward) => forward.id === id)) {
      throw new ORPCError('NOT_FOUND', { message: 'This port-forward is already closed.' })
    }
    this.#show(this.list.filter((forward) => forward.id !== id))
  }

  /** What a connection through the forward has shown. */
  change(id: string, state: Forward['state'], detail: string): void {
    this.#show(this.list.map((forward) => (forward.id === id ? { ...forward, state, detail } : forward)))
  }

  /** @param gone ends it */
  async *watch(gone: Promise<void>): AsyncGenerator<Forward[]> {
    let isGone = false
    void gone.then(() => (isGone = true))
    for (let shown: Forward[] | undefined; !isGone;) {
      if (shown === this.list) await Promise.race([gone, new Promise<void>((resolve) => this.#waiting.add(resolve))])
      else yield (shown = this.list)
    }
  }

  #show(list: Forward[]): void {
    this.list = list
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}
