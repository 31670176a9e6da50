import { ConsoleError } from '#shared/errors.ts'

/** Why a signal fired: the ConsoleError it was given, else CANCELLED. */
export function cancellation(signal: AbortSignal): ConsoleError {
  const reason: unknown = signal.reason
  return reason instanceof ConsoleError ? reason : new ConsoleError('CANCELLED', 'Stopped on request.')
}

/** Ends the wait for a promise that others may share; what it does continues. */
export async function abortable<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return promise
  if (signal.aborted) throw cancellation(signal)
  let stop: () => void = () => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(cancellation(signal))
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
