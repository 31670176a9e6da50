import type { Clock } from '../loop/clock.ts'

interface Appointment {
  at: number
  run: () => void
  cancelReal: () => void
}

/** Real time that can be moved forward: what has become due by the move runs at once. */
export class TestClock implements Clock {
  #shift = 0
  readonly #appointments = new Set<Appointment>()

  now(): number {
    return Date.now() + this.#shift
  }

  after(milliseconds: number, run: () => void): () => void {
    const appointment: Appointment = { at: this.now() + milliseconds, run, cancelReal: () => undefined }
    this.#appointments.add(appointment)
    this.#arm(appointment)
    return () => {
      appointment.cancelReal()
      this.#appointments.delete(appointment)
    }
  }

  /** How many appointments are still to come: none after a component has stopped. */
  get pending(): number {
    return this.#appointments.size
  }

  advance(milliseconds: number): void {
    this.#shift += milliseconds
    for (const appointment of [...this.#appointments]) {
      appointment.cancelReal()
      this.#arm(appointment)
    }
  }

  #arm(appointment: Appointment): void {
    const timer = setTimeout(
      () => {
        this.#appointments.delete(appointment)
        appointment.run()
      },
      Math.min(Math.max(0, appointment.at - this.now()), 2 ** 31 - 1),
    )
    appointment.cancelReal = () => clearTimeout(timer)
  }
}
