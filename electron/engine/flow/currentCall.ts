import { AsyncLocalStorage } from 'node:async_hooks'

/** The call of the contract that is being answered, as far as what it starts must know it. */
export interface CurrentCall {
  /** `backups.start` */
  path: string
  effect: 'write' | 'destructive'
  /** Sequence number of its entry in the audit log. */
  entry: number
}

const calls = new AsyncLocalStorage<CurrentCall>()

/** Runs `work`; whatever it starts, also later, can ask for this call. */
export const withCall = <T>(call: CurrentCall, work: () => T): T => calls.run(call, work)

/** Undefined in work that no call started: the engine's own. */
export const currentCall = (): CurrentCall | undefined => calls.getStore()
