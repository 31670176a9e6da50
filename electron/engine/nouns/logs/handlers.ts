import { logCredit, type Credits } from '../../flow/credit.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import type { LiveLists } from '../../objects/liveLists.ts'
import { engine } from '../../rpc/router.ts'
import { PodLogs } from './podLogs.ts'

interface LogsNeeds {
  directory: ClusterDirectory
  lists: LiveLists
  credits: Credits
}

export function logsNoun({ directory, lists, credits }: LogsNeeds) {
  const handlers = {
    follow: engine.logs.follow.handler(async function* ({ input, signal }) {
      const connection = await directory.connection(input.context)
      const credit = credits.open(input.streamId, logCredit)
      const ending = new AbortController()
      const whole = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal
      // Who waits for credit looks at the signal next.
      whole.addEventListener('abort', () => credits.close(input.streamId), { once: true })
      try {
        yield* new PodLogs({ connection, lists }, input, credit, whole).batches()
      } finally {
        ending.abort()
      }
    }),
  }
  return { handlers }
}
