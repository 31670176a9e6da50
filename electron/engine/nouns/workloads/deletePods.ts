import { asConsoleError, ConsoleError, type ErrorCode } from '#shared/errors.ts'
import { removeObject, type ClusterConnection } from '../../kube/index.ts'

/** Requests at a time: hundreds at once would be throttled by the API server. */
const atOnce = 16
/** Names in a message; the rest is in the details. */
const mostNames = 5
/** After these it is not known whether the pod is gone. */
const openEnds: readonly ErrorCode[] = ['TIMEOUT', 'CONNECTION_LOST', 'STREAM_BROKEN', 'CANCELLED']

interface Refused {
  name: string
  error: ConsoleError
}

/**
 * Deletes pods, each by itself: one that is refused keeps no other from being deleted.
 * @throws ConsoleError with the code of the first failure, saying which are deleted and which are not; `details` lists all of them as
 * `deleted`, `refused` and `unknown`
 */
export async function deletePods(
  connection: ClusterConnection,
  namespace: string,
  names: readonly string[],
): Promise<void> {
  const deleted: string[] = []
  const failed: Refused[] = []
  const waiting = [...names]
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      try {
        await removeObject(connection, { apiVersion: 'v1', kind: 'Pod', namespace, name })
        deleted.push(name)
      } catch (thrown) {
        failed.push({ name, error: asConsoleError(thrown) })
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, names.length) }, work))
  if (failed.length > 0) throw partly(deleted, failed)
}

function partly(deleted: string[], failed: Refused[]): ConsoleError {
  const [first] = failed
  const unknown = failed.filter(({ error }) => openEnds.includes(error.code))
  const refused = failed.filter((each) => !unknown.includes(each))
  const total = deleted.length + failed.length
  const parts = [
    deleted.length === 0
      ? `None of ${total} pods is known to be deleted.`
      : `${deleted.length} of ${total} pods were deleted.`,
    refused.length === 0 ? '' : `Not deleted: ${listed(refused)}.`,
    unknown.length === 0 ? '' : `Not known, look before trying again: ${listed(unknown)}.`,
    first?.error.message ?? '',
  ]
  const reasons = (all: Refused[]) => all.map(({ name, error }) => ({ name, code: error.code, message: error.message }))
  return new ConsoleError(
    first?.error.code ?? 'INTERNAL',
    parts.filter((part) => part !== '').join(' '),
    { ...first?.error.details, deleted, refused: reasons(refused), unknown: reasons(unknown) },
    { cause: first?.error },
  )
}

function listed(failed: readonly Refused[]): string {
  const shown = failed.slice(0, mostNames).map(({ name }) => name)
  const more = failed.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
