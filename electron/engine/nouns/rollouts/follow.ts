import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { getObject, listObjects, type ClusterConnection } from '../../kube/index.ts'
import { untilRolledOut } from '../../objects/rolloutWait.ts'
import type { StepControl, TaskControl } from '../tasks/tasks.ts'
import { stuckPods } from './stuck.ts'
import { refOf, selectorOf, type Workload, type WorkloadName } from './workload.ts'

/**
 * Watches a rollout to its end, telling how far it is.
 * @throws ConsoleError DEPLOY_FAILED or TIMEOUT with the pod's reason and its last log lines, and `details.stuck` where a StatefulSet
 * waits for pods of an earlier revision
 */
export async function followRollout(
  connection: ClusterConnection,
  name: WorkloadName,
  step: StepControl,
  control: Pick<TaskControl, 'signal' | 'log'>,
): Promise<void> {
  const { signal } = control
  const workload = (await getObject(connection, refOf(name), { signal })) as Workload
  const waits = whyItWaits(workload)
  if (waits !== undefined) {
    step.detail(waits)
    control.log('info', waits)
    return
  }
  try {
    await untilRolledOut(connection, refOf(name), {
      signal,
      onState: ({ detail, ready, wanted }) => {
        step.detail(detail)
        if (wanted > 0) step.progress({ done: ready, total: wanted, unit: 'pods' })
      },
    })
    control.log('good', `${name.name} has rolled out.`)
  } catch (thrown) {
    signal.throwIfAborted()
    const { code, message, details } = asConsoleError(thrown)
    if (Array.isArray(details['lastLogLines']))
      for (const line of details['lastLogLines']) control.log('error', String(line))
    const stuck = await stuckNow(connection, name).catch(() => [])
    const trap =
      stuck.length === 0
        ? ''
        : ` A StatefulSet does not replace a broken pod of an earlier revision: free the rollout, which deletes ${stuck.join(', ')}.`
    const safe = ` The change stays as it is: undo it, or correct it with another one.`
    throw new ConsoleError(code, `${message}${trap}${safe}`, { ...details, stuck }, { cause: thrown })
  }
}

/** Why nothing happens by itself after a change; undefined when it rolls. */
function whyItWaits({ kind, metadata, spec }: Workload): string | undefined {
  if (spec?.paused === true) return `${metadata.name} is paused: the change waits until it is resumed.`
  if (spec?.updateStrategy?.type === 'OnDelete')
    return `${kind} ${metadata.name} replaces a pod when it is deleted (OnDelete).`
  return undefined
}

async function stuckNow(connection: ClusterConnection, name: WorkloadName): Promise<string[]> {
  const workload = (await getObject(connection, refOf(name))) as Workload
  const options = { namespace: name.namespace, labelSelector: selectorOf(workload) }
  const pods = await listObjects(connection, { apiVersion: 'v1', kind: 'Pod' }, options)
  return stuckPods(workload, pods, connection.clock.now()).map(({ pod }) => pod)
}
