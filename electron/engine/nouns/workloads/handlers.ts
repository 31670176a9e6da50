import { stringify } from 'yaml'
import type { EventRow } from '#shared/contract/events.ts'
import type { PodBatch, PodRow } from '#shared/contract/pods.ts'
import type { Scope } from '#shared/contract/base.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import { getObject, listObjects } from '../../kube/index.ts'
import { engine } from '../../rpc/router.ts'
import { feedState, part, type LiveLists, type RowBatch, type Target } from '../../objects/liveLists.ts'
import { podKind } from '../../objects/pods/podFacts.ts'
import { podRow } from '../../objects/pods/podRow.ts'
import { deletePods } from './deletePods.ts'
import { eventKind, eventRow } from './eventRow.ts'
import { containerFacts } from './podDetail.ts'
import { mapKinds, mapPod, serviceMap } from './serviceMap.ts'
import { workloadKinds } from './workloadRow.ts'

interface Needs {
  directory: ClusterDirectory
  lists: LiveLists
}

/** What streams of the window read: the shared lists of one namespace. */
function at(directory: ClusterDirectory, { context, namespace }: Scope): Target {
  return { connection: directory.connection(context), namespaces: [namespace] }
}

const podRows = part(podKind, ({ row }) => row)

export function podsNoun({ directory, lists }: Needs) {
  const handlers = {
    watch: engine.pods.watch.handler(async function* ({ input, signal }) {
      for await (const batch of lists.batches(at(directory, input), podRows, signal)) yield podBatch(batch)
    }),
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
    delete: engine.pods.delete.handler(async ({ input }) =>
      deletePods(await directory.connection(input.context), input.namespace, input.names),
    ),
  }
  return { handlers, stop: () => lists.stop() }
}

const workloadRows = workloadKinds.map((kind) => part(kind, (row) => row))

export function workloadsNoun({ directory, lists }: Needs) {
  const handlers = {
    watch: engine.workloads.watch.handler(async function* ({ input, signal }) {
      for await (const { rows, state } of lists.whole(at(directory, input), workloadRows, signal)) {
        yield { feed: feedState(state), rows: rows.sort((a, b) => a.name.localeCompare(b.name)) }
      }
    }),
  }
  return { handlers }
}

const eventRows = [part(eventKind, (row) => row)]

export function eventsNoun({ directory, lists }: Needs) {
  const handlers = {
    watch: engine.events.watch.handler(async function* ({ input, signal }) {
      for await (const { rows, state } of lists.whole(at(directory, input), eventRows, signal)) {
        yield { feed: feedState(state), rows: newestFirst(rows) }
      }
    }),
  }
  return { handlers }
}

const mapRows = [part(podKind, mapPod), ...mapKinds.map((kind) => part(kind, (row) => row))]

export function servicesNoun({ directory, lists }: Needs) {
  const handlers = {
    map: engine.services.map.handler(async function* ({ input, signal }) {
      for await (const { rows, state } of lists.whole(at(directory, input), mapRows, signal)) {
        yield { feed: feedState(state), nodes: serviceMap(rows) }
      }
    }),
  }
  return { handlers }
}

function podBatch({ reset, deltas, state }: RowBatch<PodRow>): PodBatch {
  return {
    feed: feedState(state),
    reset,
    upserted: deltas.flatMap((delta) => (delta.type === 'removed' ? [] : [delta.row])),
    removed: deltas.flatMap((delta) => (delta.type === 'removed' ? [delta.uid] : [])),
  }
}

/** Those without a time that can be read come last. */
function newestFirst(rows: EventRow[]): EventRow[] {
  return rows.sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0))
}
