import { useEffect } from 'react'
import type { Fault, Scope } from '#shared/contract/base.ts'
import type { PodBatch } from '#shared/contract/pods.ts'
import { useFoldedStream } from '../../../client/index.ts'
import type { PodStore } from './podStore.ts'

export interface FeedTrouble {
  error: Fault | undefined
  staleSince: number | undefined
  retry: () => void
}

/** Feeds the store and renders nothing: batches repaint the page through the store, once a frame. */
export function PodFeed(props: { pods: PodStore; scope: Scope; onTrouble: (trouble: FeedTrouble) => void }) {
  const { pods, scope, onTrouble } = props
  const { context: cluster, namespace } = scope
  useEffect(() => pods.begin(), [pods, cluster, namespace])
  const { error, staleSince, retry } = useFoldedStream<PodBatch, true>(
    (client, signal) => client.pods.watch({ context: cluster, namespace }, { signal }),
    (before, batch) => {
      // The first batch of every subscription carries everything there is.
      pods.receive(before === undefined ? { ...batch, reset: true } : batch)
      return true
    },
    [cluster, namespace],
  )
  useEffect(() => onTrouble({ error, staleSince, retry }), [onTrouble, error, staleSince, retry])
  return null
}
