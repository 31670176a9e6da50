/** Polls until the value satisfies, generously: the machine may be busy. @throws with the last value seen */
export async function until<Value>(
  read: () => Promise<Value> | Value,
  isReached: (value: Value) => boolean,
  deadlineMs = 150_000,
): Promise<Value> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    const value = await read()
    if (isReached(value)) return value
    if (Date.now() > deadline)
      throw new Error(
        `Not reached in time. The last value was ${JSON.stringify(value)?.slice(0, 500) ?? String(value)}`,
      )
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
