import { engine } from './connection.ts'

/** A new name for a stream that counts credit; unique per window. */
export function newStreamId(): string {
  return crypto.randomUUID()
}

/**
 * Gives credit back to a stream: characters of a terminal, lines of a log that the window has taken in. A stream that is gone
 * needs no credit, so a failure says nothing.
 */
export function acknowledge(streamId: string, count: number): void {
  if (count <= 0) return
  try {
    engine()
      .streams.acknowledge({ streamId, count })
      .catch(() => undefined)
  } catch {
    // No engine, no stream.
  }
}
