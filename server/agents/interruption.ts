export type InterruptionReason = 'cancelled' | 'lease-lost' | 'timed-out' | 'deadline-exceeded' | 'shutting-down'

/** Why an attempt was stopped from outside: the reason of its abort signal. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  readonly reason: InterruptionReason

  constructor(reason: InterruptionReason) {
    super(`The attempt was stopped: ${reason}.`)
    this.reason = reason
  }
}
