import { setMaxListeners } from 'node:events'
import type { ClusterConnection, KubeObject } from '../../../kube/index.ts'
import { untilRolledOut } from '../../../objects/rolloutWait.ts'
import type { StepControl, TaskControl } from '../../tasks/tasks.ts'
import { refOf } from '../../../objects/objects.ts'

/**
 * Waits for all at once, each with its own line; the first failure ends the waiting. Pods of an earlier revision that a StatefulSet waits
 * for without end are deleted: they are the suite's own, not ready, and their replacement is wanted.
 */
export async function waitForAll(
  connection: ClusterConnection,
  workloads: KubeObject[],
  step: StepControl,
  control: Pick<TaskControl, 'signal' | 'log'>,
): Promise<void> {
  const lines = new Map<string, string>()
  const failure = new AbortController()
  const signal = AbortSignal.any([control.signal, failure.signal])
  // Many workloads ask at once, each with a listener of its own: no leak.
  setMaxListeners(0, signal)
  const waits = workloads.map(async (workload) => {
    const { name } = workload.metadata
    try {
      await untilRolledOut(connection, refOf(workload), {
        signal,
        onState: (state) => {
          if (state.isDone && lines.has(name)) control.log('good', `${name}: ${state.detail}`)
          if (state.isDone) lines.delete(name)
          else lines.set(name, `${name}: ${state.detail}`)
          const [first = 'Ready.'] = lines.values()
          step.detail(lines.size > 1 ? `${first} (${lines.size - 1} more)` : first)
          if (state.wanted > 0) step.progress({ done: state.ready, total: state.wanted, unit: 'pods' })
        },
        replaces: (pod, reason) => {
          control.log(
            'warn',
            `The pod ${pod.metadata.name} is deleted: it is of an earlier revision and not ready, and ${name} would wait for it forever. ${reason}`,
          )
          return true
        },
      })
    } catch (error) {
      failure.abort(error)
      throw error
    }
  })
  await Promise.allSettled(waits)
  control.signal.throwIfAborted()
  failure.signal.throwIfAborted()
}
