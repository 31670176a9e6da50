interface Waiting<Request, Answer> {
  readonly request: Request
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * Turns single requests into few statements: while one statement runs, what arrives is collected for the next. A lone request waits for
 * nobody. When a statement for several fails, each is tried alone, so that one that cannot be stored does not spoil the others.
 * @param run answers all requests in their order
 */
export function groupCommit<Request, Answer>(
  run: (requests: readonly Request[]) => Promise<readonly Answer[]>,
  largestGroup = 100,
): (request: Request) => Promise<Answer> {
  let waiting: Waiting<Request, Answer>[] = []
  let isRunning = false

  const runGroup = async (group: readonly Waiting<Request, Answer>[]): Promise<void> => {
    try {
      const answers = await run(group.map(({ request }) => request))
      for (const [index, { resolve }] of group.entries()) resolve(answers[index] as Answer)
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error)
      else for (const single of group) await runGroup([single])
    }
  }

  const drain = async (): Promise<void> => {
    // What was asked for in the same turn of the event loop goes together.
    await new Promise(setImmediate)
    while (waiting.length > 0) {
      const group = waiting.slice(0, largestGroup)
      waiting = waiting.slice(largestGroup)
      await runGroup(group)
    }
    isRunning = false
  }

  return (request) =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject })
      if (isRunning) return
      isRunning = true
      void drain()
    })
}
