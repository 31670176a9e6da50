import type { Pod } from '../kinds.ts'

export const indexAnnotation = 'batch.kubernetes.io/job-completion-index'

/** The completion index a pod of an Indexed Job works on. */
export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[indexAnnotation]
  return text === undefined ? undefined : Number(text)
}

/** `0,2-4` as numbers. */
export function parseIndexes(text: string | undefined): Set<number> {
  const indexes = new Set<number>()
  for (const part of (text ?? '').split(',').filter((each) => each !== '')) {
    const [from = 0, to = from] = part.split('-').map(Number)
    for (let index = from; index <= to; index++) indexes.add(index)
  }
  return indexes
}

/** Numbers in the compressed form of `status.completedIndexes`: runs of three and more as a range. */
export function formatIndexes(indexes: Set<number>): string {
  const runs: [number, number][] = []
  for (const index of [...indexes].sort((left, right) => left - right)) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] + 1 === index) last[1] = index
    else runs.push([index, index])
  }
  return runs
    .map(([from, to]) => (from === to ? String(from) : to === from + 1 ? `${from},${to}` : `${from}-${to}`))
    .join(',')
}
