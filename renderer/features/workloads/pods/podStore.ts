import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PodBatch } from '#shared/contract/pods.ts'
import { foldPods, noPods, type PodRows } from './podRows.ts'

/** Pods of the scope on screen; batches of one frame are folded at once, so that a burst of events paints once. */
export class PodStore {
  readonly store: StoreApi<PodRows> = createStore<PodRows>(noPods)
  #arrived: PodBatch[] = []
  #frame: unknown = null
  readonly #schedule: (run: () => void) => unknown

  constructor(schedule: (run: () => void) => unknown = (run) => requestAnimationFrame(run)) {
    this.#schedule = schedule
  }

  /** Another cluster or namespace: nothing of the earlier one may stay on screen. */
  begin(): void {
    this.#arrived = []
    this.store.setState(noPods(), true)
  }

  receive(batch: PodBatch): void {
    this.#arrived.push(batch)
    this.#frame ??= this.#schedule(() => this.#flush())
  }

  #flush(): void {
    this.#frame = null
    const batches = this.#arrived
    this.#arrived = []
    this.store.setState(foldPods(this.store.getState(), batches), true)
  }
}
