import { readMetadata, readTable, type ClusterConnection, type KubeObject, type Table } from '../../kube/index.ts'
import { timeOf } from '../../objects/kind.ts'
import { podFacts, type PodFacts } from '../../objects/pods/podFacts.ts'
import { podHealth } from '../../objects/pods/podRow.ts'

export interface PodCounts {
  ready: number
  /** Those that should run: without the finished ones. */
  total: number
  failing: number
}

/** What counting needs of one pod. */
interface Counted {
  name: string
  isReady: boolean
  isDone: boolean
  isFailing: boolean
}

/** What tells whether a later pod of the same Job's service has succeeded. */
interface Ended {
  name: string
  app: string | undefined
  at: number
  isOfJob: boolean
}

/** Counts what a live list holds anyway. */
export function countFacts(pods: readonly PodFacts[]): PodCounts {
  const ended = (phase: string): Ended[] =>
    pods
      .filter((pod) => pod.phase === phase)
      .map(({ row, labels, isOfJob }) => ({ name: row.name, app: labels['app'], at: row.createdAt ?? 0, isOfJob }))
  const counted = pods.map(({ row, phase, isReady }) => ({
    name: row.name,
    isReady,
    isDone: phase === 'Succeeded',
    isFailing: phase === 'Failed' || row.health === 'failed',
  }))
  return count(counted, overtaken(ended('Failed'), ended('Succeeded')))
}

/**
 * Counts the pods of a namespace by the server's own table, which is small, and asks for more only where a failed attempt
 * of a Job may have been overtaken by a later one.
 */
export async function readCounts(
  connection: ClusterConnection,
  namespace: string,
  signal: AbortSignal,
): Promise<PodCounts> {
  const path = `/api/v1/namespaces/${namespace}/pods`
  const answer = await readTable(connection, path, { signal })
  if (Array.isArray(answer)) return countFacts(answer.map(podFacts))
  const counted = countedRows(answer)
  if (!counted.some(({ isFailing }) => isFailing) || !counted.some(({ isDone }) => isDone)) {
    return count(counted, new Set())
  }
  const [failed, succeeded] = await Promise.all(
    ['Failed', 'Succeeded'].map(async (phase) =>
      (await readMetadata(connection, path, { fieldSelector: `status.phase=${phase}`, signal })).map(endedOf),
    ),
  )
  return count(counted, overtaken(failed ?? [], succeeded ?? []))
}

function countedRows({ columns, rows }: Table): Counted[] {
  const at = (name: string): number => columns.indexOf(name)
  const [name, ready, status, gates] = [at('Name'), at('Ready'), at('Status'), at('Readiness Gates')]
  return rows.map((cells) => {
    const word = String(cells[status])
    const isReady = word === 'Running' && isFull(cells[ready]) && (gates < 0 || !isPartial(cells[gates]))
    const health = podHealth(word, isReady, false)
    return { name: String(cells[name]), isReady, isDone: health === 'off', isFailing: health === 'failed' }
  })
}

/** `2/2` */
const isFull = (cell: unknown): boolean => /^(\d+)\/\1$/.test(String(cell))
/** `1/2`; where a pod has no gates the cell is `<none>`. */
const isPartial = (cell: unknown): boolean => String(cell).includes('/') && !isFull(cell)

function endedOf({ metadata }: KubeObject): Ended {
  return {
    name: metadata.name,
    app: metadata.labels?.['app'],
    at: timeOf(metadata.creationTimestamp) ?? 0,
    isOfJob: (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'Job'),
  }
}

/** A Job keeps the pods of its failed attempts for a day. Once a later pod of the same service has succeeded they are no trouble. */
function overtaken(failed: readonly Ended[], succeeded: readonly Ended[]): Set<string> {
  const past = failed.filter(
    ({ app, at, isOfJob }) => isOfJob && succeeded.some((other) => other.app === app && other.at >= at),
  )
  return new Set(past.map(({ name }) => name))
}

function count(pods: readonly Counted[], past: ReadonlySet<string>): PodCounts {
  const running = pods.filter(({ name, isDone }) => !isDone && !past.has(name))
  return {
    ready: running.filter(({ isReady }) => isReady).length,
    total: running.length,
    failing: running.filter(({ isFailing }) => isFailing).length,
  }
}
