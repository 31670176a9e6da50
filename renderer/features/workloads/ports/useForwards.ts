import type { Scope } from '#shared/contract/base.ts'
import type { Forward } from '#shared/contract/forwards.ts'
import { useStream, type StreamState } from '../../../client/index.ts'

/** The open forwards of the scope's context, in all its namespaces. A forward ends with the engine, so an earlier list is never taken over. */
export function useForwards(scope: Scope): StreamState<Forward[]> {
  const watched = useStream((client, signal) => client.forwards.watch(undefined, { signal }), [])
  return { ...watched, value: watched.value?.filter((forward) => forward.cluster === scope.context) }
}

/** Where programs on this workstation reach the port. */
export function addressOf({ localPort }: Pick<Forward, 'localPort'>): string {
  return `http://127.0.0.1:${localPort}`
}
