import { stringify } from 'yaml'
import type { EventRow } from '#shared/contract/events.ts'
import type { PodBatch, PodRow } from '#shared/contract/pods.ts'
import type { Scope } from '#shared/contract/base.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import { getObject, listObjects, removeObject, type Reflector } from '../../kube/index.ts'
import { engine } from '../../rpc/router.ts'
import { eventRow } from './eventRow.ts'
import { feedState, wholeLists, type Feeds } from '../../objects/feeds.ts'
import { containerFacts } from './podDetail.ts'
import { podRow } from './podRow.ts'
import { mapConfig, mapPod, mapPolicy, mapService, serviceMap, type MapRow } from './serviceMap.ts'
import { workloadKinds, workloadRow } from './workloadRow.ts'

export function podsNoun({ directory, feeds }: { directory: ClusterDirectory; feeds: Feeds }) {
  const handlers = {
    watch: engine.pods.watch.handler(({ input }) => feeds.read(input, 'pods', 'rows', podRow, podBatches)),
    detail: engine.pods.detail.handler(async ({ input, signal }) => {
      const connection = await directory.connection(input.context)
      const options = signal ? { signal } : {}
      const { namespace, name } = input
      const pod = await getObject(connection, { apiVersion: 'v1', kind: 'Pod', namespace, name }, options)
      const about = { namespace, fieldSelector: `involvedObject.name=${name},involvedObject.kind=Pod` }
      const events = await listObjects(connection, { apiVersion: 'v1', kind: 'Event' }, { ...about, ...options })
      const { managedFields: _, ...metadata } = pod.metadata
      return {
        row: podRow(pod),
        yaml: stringify({ ...pod, metadata }, { compat: 'yaml-1.1', lineWidth: 0 }),
        ...containerFacts(pod),
        events: newestFirst(events.map(eventRow)),
        labels: pod.metadata.labels ?? {},
      }
    }),
    delete: engine.pods.delete.handler(async ({ input }) => {
      const connection = await directory.connection(input.context)
      const { namespace } = input
      await Promise.all(
        input.names.map((name) => removeObject(connection, { apiVersion: 'v1', kind: 'Pod', namespace, name })),
      )
    }),
  }
  return { handlers, stop: () => feeds.stop() }
}

export function workloadsNoun({ feeds }: { feeds: Feeds }) {
  const handlers = {
    watch: engine.workloads.watch.handler(async function* ({ input, signal }) {
      for await (const { rows, state } of everyKind(feeds, input, signal)) {
        yield { feed: feedState(state), rows: rows.sort((a, b) => a.name.localeCompare(b.name)) }
      }
    }),
  }
  return { handlers }
}

export function eventsNoun({ feeds }: { feeds: Feeds }) {
  const handlers = {
    watch: engine.events.watch.handler(({ input, signal }) =>
      feeds.read(input, 'events', 'rows', eventRow, async function* (reflector) {
        for await (const { rows, state } of wholeLists([reflector], signal)) {
          yield { feed: feedState(state), rows: newestFirst(rows) }
        }
      }),
    ),
  }
  return { handlers }
}

export function servicesNoun({ feeds }: { feeds: Feeds }) {
  const handlers = {
    map: engine.services.map.handler(async function* ({ input, signal }) {
      const parts = [
        { resource: 'pods', project: mapPod },
        { resource: 'services', project: mapService },
        { resource: 'configmaps', project: mapConfig },
        { resource: 'networkpolicies.networking.k8s.io', project: mapPolicy },
      ]
      for await (const { rows, state } of together<MapRow>(feeds, input, 'map', parts, signal)) {
        yield { feed: feedState(state), nodes: serviceMap(rows) }
      }
    }),
  }
  return { handlers }
}

/** Rows and removals, not lists: the first batch is everything, each later one what changed since the window took the last. */
async function* podBatches(reflector: Reflector<PodRow>): AsyncGenerator<PodBatch> {
  let reset = true
  for await (const { deltas, state } of reflector) {
    yield {
      feed: feedState(state),
      reset,
      upserted: deltas.flatMap((delta) => (delta.type === 'removed' ? [] : [delta.row])),
      removed: deltas.flatMap((delta) => (delta.type === 'removed' ? [delta.uid] : [])),
    }
    reset = false
  }
}

function everyKind(feeds: Feeds, scope: Scope, signal: AbortSignal | undefined) {
  const parts = workloadKinds.map(({ kind, resource, counts }) => ({
    resource,
    project: (object: Parameters<typeof counts>[0]) => workloadRow(kind, counts, object),
  }))
  return together(feeds, scope, 'rows', parts, signal)
}

/** Several lists read as one. */
async function* together<Row>(
  feeds: Feeds,
  scope: Scope,
  name: string,
  parts: { resource: string; project: (object: Parameters<typeof podRow>[0]) => Row }[],
  signal: AbortSignal | undefined,
  opened: Reflector<Row>[] = [],
): ReturnType<typeof wholeLists<Row>> {
  const [part, ...rest] = parts
  if (!part) {
    yield* wholeLists(opened, signal)
    return
  }
  yield* feeds.read(scope, part.resource, name, part.project, (reflector) =>
    together(feeds, scope, name, rest, signal, [...opened, reflector]),
  )
}

function newestFirst(rows: EventRow[]): EventRow[] {
  return rows.sort((a, b) => b.lastAt - a.lastAt)
}
