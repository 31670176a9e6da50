import type { Component } from '../store/types.ts'
import type { Pod } from './kinds.ts'
import { controlLoop, watching, type ControllerContext } from './loop/controlLoop.ts'
import { byAge, isBeingDeleted } from './objects.ts'
import { isFinished } from './pods.ts'

/** Finished pods kept for their logs; kube-controller-manager keeps 12,500, which is too many folders for one machine. */
const finishedPodLimit = 1000

/** Deletes the oldest finished pods when there are too many. */
export function podCollector(context: ControllerContext, limit = finishedPodLimit): Component {
  return controlLoop(
    {
      name: 'pod-garbage-collector',
      watches: [watching<Pod>('pods', (pod) => (isFinished(pod) ? ['finished'] : []))],
      reconcile() {
        const finished = context.store.list<Pod>('pods').filter((pod) => isFinished(pod) && !isBeingDeleted(pod))
        for (const pod of finished.toSorted(byAge).slice(0, Math.max(0, finished.length - limit))) {
          context.store.delete('pods', pod.metadata.namespace, pod.metadata.name, { gracePeriodSeconds: 0 })
        }
        return undefined
      },
    },
    context,
  )
}
