import { timestamp, type Clock } from '../loop/clock.ts'
import type { Pod } from '../kinds.ts'
import type { Store } from '../../store/types.ts'
import { isFinished } from '../pods.ts'

/** What becomes of a pod on the stand-in node. */
export type Fate = 'ready' | 'unready' | 'succeeded' | 'failed' | 'pending'

/** Stands in for the node, which is a component of its own: pods run, and end, as a test decides by `fate`. */
export class StandInNode {
  readonly #store: Store
  readonly #clock: Clock
  readonly #unsubscribe: () => void
  #nextAddress = 1
  fate: (pod: Pod) => Fate = () => 'ready'
  /** Whether pods that are being deleted go at once, or only by `finish`. */
  isLingering = false

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
    if (store.get('nodes', undefined, 'sandbox-node') === undefined) {
      store.create('nodes', {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'sandbox-node', labels: { 'kubernetes.io/hostname': 'sandbox-node' } },
        spec: {},
        status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
      })
    }
    this.#unsubscribe = store.watch<Pod>('pods', (event) => this.#see(event.object))
  }

  stop(): void {
    this.#unsubscribe()
  }

  /** Looks at every pod again: at the start, and after a change of `fate` or `isLingering`. */
  refresh(): void {
    for (const pod of this.#store.list<Pod>('pods')) this.#see(pod)
  }

  #see({ metadata: { namespace = '', name } }: Pod): void {
    const pod = this.#store.get<Pod>('pods', namespace, name)
    if (pod?.spec.nodeName === undefined) return
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (!this.isLingering) this.#store.delete('pods', namespace, name, { gracePeriodSeconds: 0 })
    } else if (!isFinished(pod)) this.#run(pod, this.fate(pod))
  }

  #run(pod: Pod, fate: Fate): void {
    if (fate === 'pending') return
    const { namespace, name } = pod.metadata
    const now = timestamp(this.#clock.now())
    const phase = { ready: 'Running', unready: 'Running', succeeded: 'Succeeded', failed: 'Failed' }[fate]
    const status = fate === 'ready' ? 'True' : 'False'
    const known = pod.status?.conditions?.find((condition) => condition.type === 'Ready')
    const ready = {
      type: 'Ready',
      status,
      lastTransitionTime: known?.status === status ? known.lastTransitionTime : now,
    } as const
    const exitCode = { ready: undefined, unready: undefined, succeeded: 0, failed: 1 }[fate]
    const state =
      exitCode === undefined ? { running: { startedAt: now } } : { terminated: { exitCode, finishedAt: now } }
    const podIP = pod.status?.podIP ?? `127.20.0.${this.#nextAddress++}`
    const write = (changed: Pod): void => {
      const others = (changed.status?.conditions ?? []).filter((condition) => condition.type !== 'Ready')
      const containerStatuses = pod.spec.containers.map((each) => ({
        name: each.name,
        ready: fate === 'ready',
        restartCount: 0,
        state,
      }))
      changed.status = {
        ...changed.status,
        phase,
        podIP,
        startTime: now,
        conditions: [...others, ready],
        containerStatuses,
      }
    }
    this.#store.update<Pod>('pods', namespace, name, write, { subresource: 'status' })
  }
}
