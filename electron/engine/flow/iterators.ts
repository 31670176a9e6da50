export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** Passes everything through, and tells once how it ended. A reader that stops early counts as a good end. */
export async function* onEnd<T>(
  source: AsyncIterable<T>,
  done: () => Promise<unknown>,
  failed: (thrown: unknown) => Promise<unknown>,
): AsyncGenerator<T> {
  let failure: { thrown: unknown } | undefined
  try {
    yield* source
  } catch (thrown) {
    failure = { thrown }
    throw thrown
  } finally {
    await (failure ? failed(failure.thrown) : done())
  }
}

/** Passes everything through and replaces what it throws. */
export async function* mapErrors<T>(source: AsyncIterable<T>, change: (thrown: unknown) => Error): AsyncGenerator<T> {
  try {
    yield* source
  } catch (thrown) {
    throw change(thrown)
  }
}
