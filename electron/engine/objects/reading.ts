import { merge, type Delta, type Reflector } from '../kube/index.ts'

/** What lists have told and their reader has not yet taken, one delta per object. */
export function waitingFor<Facts>(
  lists: readonly Reflector<Facts>[],
  news: () => void,
): { deltas: Map<string, Delta<Facts>>; stop: () => void } {
  const deltas = new Map<string, Delta<Facts>>()
  const offs = lists.map((list) =>
    list.subscribe((batch) => {
      for (const one of batch.deltas) {
        const merged = merge(deltas.get(one.uid), one)
        if (merged) deltas.set(one.uid, merged)
        else deltas.delete(one.uid)
      }
      news()
    }),
  )
  return {
    deltas,
    stop: () => {
      for (const off of offs) off()
    },
  }
}

/** Takes the oldest deltas out, as the reader wants their rows. */
export function take<Facts, Row>(
  deltas: Map<string, Delta<Facts>>,
  most: number,
  project: (facts: Facts) => Row,
): Delta<Row>[] {
  const taken: Delta<Row>[] = []
  for (const [uid, delta] of deltas) {
    if (taken.length === most) break
    deltas.delete(uid)
    taken.push({ ...delta, row: project(delta.row) })
  }
  return taken
}
