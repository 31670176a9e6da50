import type { Impact } from '#shared/contract/changes.ts'
import type { WorkloadChange, WorkloadDetail } from '#shared/contract/rollouts.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import type { Host } from '../../ports/host.ts'
import { editFieldManager, patchObject, removeObject, type ClusterConnection } from '../../kube/index.ts'
import type { TaskControl, TaskDescription, Tasks } from '../tasks/tasks.ts'
import { workloadDetail } from './detail.ts'
import { followRollout } from './follow.ts'
import { impactOf } from './impact.ts'
import { causeOf, patchOf } from './patches.ts'
import { stuckPods } from './stuck.ts'
import { surroundingsOf, type Surroundings } from './surroundings.ts'
import { desiredOf, refOf, type WorkloadName } from './workload.ts'

export interface RolloutsNeeds {
  tasks: Tasks
  directory: ClusterDirectory
  host: Pick<Host, 'user'>
}

/** Those that leave the pods alone. */
const quiet: WorkloadChange['do'][] = ['pause']

/** One workload at a time: what it is, what a change would do, and the change, followed to its end. */
export class Rollouts {
  readonly #needs: RolloutsNeeds
  /** By workload: the task that follows its newest change. */
  readonly #followed = new Map<string, string>()

  constructor(needs: RolloutsNeeds) {
    this.#needs = needs
  }

  async detail(name: WorkloadName, signal?: AbortSignal): Promise<WorkloadDetail> {
    return workloadDetail(await this.#connection(name), name, signal)
  }

  async impact(name: WorkloadName, change: WorkloadChange, signal?: AbortSignal): Promise<Impact> {
    return impactOf(await this.#connection(name), name, change, this.#needs.host.user, signal)
  }

  /**
   * Makes the change at once, and follows the pods in a task.
   * @throws ConsoleError BAD_INPUT, NOT_FOUND, FORBIDDEN: nothing was changed then
   */
  async change(name: WorkloadName, change: WorkloadChange): Promise<{ taskId: string }> {
    const connection = await this.#connection(name)
    const around = await surroundingsOf(connection, name)
    const description = { ...this.#description(name, change), result: resultOf(around, change) }
    const make = async () => {
      await this.#make(connection, name, around, change)
      this.#leaveEarlier(name)
    }
    const started = await this.#needs.tasks.startAfter(description, make, async (control) => {
      await control.step('change', (step) => {
        step.detail(causeOf(around.workload, change, this.#needs.host.user))
        return Promise.resolve()
      })
      if (quiet.includes(change.do)) control.skip('rollout', 'No pod restarts.')
      else await this.#follow(connection, name, control)
    })
    this.#followed.set(keyOf(name), started.taskId)
    return started
  }

  async #make(
    connection: ClusterConnection,
    name: WorkloadName,
    around: Surroundings,
    change: WorkloadChange,
  ): Promise<void> {
    const { workload, pods } = around
    const now = connection.clock.now()
    const patch = patchOf(around, change, causeOf(workload, change, this.#needs.host.user), now)
    if (patch) {
      const { type, body, subresource } = patch
      const options = { type, manager: editFieldManager, ...(subresource && { subresource }) }
      await patchObject(connection, refOf(name), body, options)
      return
    }
    const stuck = stuckPods(workload, pods, now)
    if (stuck.length === 0) throw new ConsoleError('BAD_INPUT', `No pod of ${name.name} is stuck. Nothing was changed.`)
    for (const { pod, uid } of stuck)
      await removeObject(connection, { apiVersion: 'v1', kind: 'Pod', namespace: name.namespace, name: pod }, { uid })
  }

  async #follow(connection: ClusterConnection, name: WorkloadName, control: TaskControl): Promise<void> {
    control.log('info', 'The change is made. Stopping this ends the watching, and does not undo the change.')
    await control.step('rollout', (step) => followRollout(connection, name, step, control))
  }

  /** A newer change of the same workload is followed instead: the earlier one's pods are being replaced. */
  #leaveEarlier(name: WorkloadName): void {
    const earlier = this.#followed.get(keyOf(name))
    if (earlier !== undefined && this.#needs.tasks.all().some(({ id, state }) => id === earlier && state === 'running'))
      this.#needs.tasks.cancel(earlier)
  }

  #description({ context, namespace, kind, name }: WorkloadName, change: WorkloadChange): TaskDescription {
    return {
      kind: 'rollout',
      scope: { context, namespace },
      title: `${titles[change.do]} ${name}`,
      by: this.#needs.host.user,
      steps: [
        { id: 'change', title: `Change the ${kind}`, group: 'change' },
        { id: 'rollout', title: 'Wait for its pods', group: 'safe' },
      ],
    }
  }

  #connection({ context }: WorkloadName): Promise<ClusterConnection> {
    return this.#needs.directory.connection(context)
  }
}

const titles: Record<WorkloadChange['do'], string> = {
  setImage: 'Update the image of',
  restart: 'Restart',
  pause: 'Pause',
  resume: 'Resume',
  undo: 'Undo a change of',
  scale: 'Scale',
  setEnvironment: 'Change the environment of',
  setResources: 'Change the resources of',
  unstick: 'Free the rollout of',
}

const keyOf = ({ context, namespace, kind, name }: WorkloadName) => [context, namespace, kind, name].join(' ')

/** What Undo needs: the revision there was, and the number of replicas before a scale. */
function resultOf({ workload, revisions }: Surroundings, change: WorkloadChange): Record<string, string> {
  const current = revisions.find(({ isCurrent }) => isCurrent)
  return {
    kind: workload.kind,
    name: workload.metadata.name,
    do: change.do,
    ...(current && { previousRevision: String(current.revision) }),
    ...(change.do === 'scale' && { previousReplicas: String(desiredOf(workload)) }),
  }
}
