import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { editFieldManager, restartWorkload, type ClusterConnection } from '../../kube/index.ts'
import { untilRolledOut } from '../../objects/rolloutWait.ts'
import type { TaskControl, Tasks } from '../tasks/tasks.ts'
import type { ConfigurationName } from './kinds.ts'
import { mustRestart, readersIn, readingsOf, type Reader } from '../../objects/readers.ts'

/**
 * Restarts, one after the other, the workloads that notice a change in no other way. The first that fails ends the task: those after it
 * keep running with what they have.
 */
export async function restartReaders(
  connection: ClusterConnection,
  tasks: Tasks,
  name: ConfigurationName,
  by: string,
): Promise<{ taskId: string }> {
  const { context, namespace } = name
  const source = `${name.kind} ${name.name}`
  const readers = (await readersIn(connection, namespace)).filter((reader) => mustRestart(readingsOf(reader, source)))
  if (readers.length === 0)
    throw new ConsoleError(
      'BAD_INPUT',
      `No workload has to restart to notice a change of ${source}. Nothing was changed.`,
    )
  const steps = readers.map((reader) => ({
    id: idOf(reader),
    title: `Restart ${reader.kind} ${reader.name}`,
    group: 'change' as const,
  }))
  return tasks.start(
    { kind: 'rollout', scope: { context, namespace }, title: `Restart the readers of ${source}`, by, steps },
    async (control) => {
      control.result({ readers: readers.map(idOf).join(', ') })
      for (const reader of readers) await restart(connection, namespace, reader, control)
    },
  )
}

const idOf = ({ kind, name }: Reader): string => `${kind}/${name}`

async function restart(
  connection: ClusterConnection,
  namespace: string,
  reader: Reader,
  control: TaskControl,
): Promise<void> {
  if (reader.isPaused) {
    control.skip(idOf(reader), 'Paused: it is not restarted until it is resumed.')
    return
  }
  const ref = { apiVersion: 'apps/v1', kind: reader.kind, namespace, name: reader.name }
  await control.step(idOf(reader), async (step) => {
    await restartWorkload(connection, ref, { manager: editFieldManager })
    try {
      await untilRolledOut(connection, ref, {
        signal: control.signal,
        onState: ({ detail, ready, wanted }) => {
          step.detail(detail)
          if (wanted > 0) step.progress({ done: ready, total: wanted, unit: 'pods' })
        },
      })
    } catch (thrown) {
      const { details } = asConsoleError(thrown)
      if (Array.isArray(details['lastLogLines']))
        for (const line of details['lastLogLines']) control.log('error', String(line))
      throw thrown
    }
  })
}
