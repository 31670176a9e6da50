import type { WorkloadChange, WorkloadDetail } from '#shared/contract/rollouts.ts'
import { plural } from '../../../kit/index.ts'

interface ChangeWords {
  title: string
  confirmLabel: string
  /** While the task runs, and once it is done. */
  running: string
  done: string
  failed: string
}

/** How a change is called: in the dialog, on its button, and in what is told afterwards. */
export function changeWords(change: WorkloadChange, name: string): ChangeWords {
  switch (change.do) {
    case 'setImage':
      return {
        title: `Set image of ${name}`,
        confirmLabel: 'Set image',
        running: `${name} is changing its image`,
        done: `${name} runs the new image`,
        failed: `${name} did not get the new image`,
      }
    case 'restart':
      return {
        title: `Restart ${name}`,
        confirmLabel: `Restart ${name}`,
        running: `${name} is restarting`,
        done: `${name} has restarted`,
        failed: `${name} did not restart`,
      }
    case 'pause':
      return {
        title: `Pause rollouts of ${name}`,
        confirmLabel: 'Pause rollouts',
        running: `Rollouts of ${name} are being paused`,
        done: `Rollouts of ${name} are paused`,
        failed: `Rollouts of ${name} were not paused`,
      }
    case 'resume':
      return {
        title: `Resume rollouts of ${name}`,
        confirmLabel: 'Resume rollouts',
        running: `${name} is rolling out what was changed`,
        done: `Rollouts of ${name} continue`,
        failed: `Rollouts of ${name} were not resumed`,
      }
    case 'undo':
      return {
        title: `Return ${name} to an earlier revision`,
        confirmLabel: `Return to revision ${change.revision}`,
        running: `${name} is returning to revision ${change.revision}`,
        done: `${name} is back at revision ${change.revision}`,
        failed: `${name} did not return to revision ${change.revision}`,
      }
    case 'scale': {
      const pods = Number.isNaN(change.replicas) ? '' : ` to ${plural(change.replicas, 'pod')}`
      return {
        title: `Scale ${name}`,
        confirmLabel: `Scale${pods}`,
        running: `${name} is scaling${pods}`,
        done: `${name} has scaled${pods}`,
        failed: `${name} did not scale${pods}`,
      }
    }
    case 'setEnvironment':
      return {
        title: `Environment of ${name}`,
        confirmLabel: 'Change environment',
        running: `${name} is restarting with the new environment`,
        done: `${name} runs with the new environment`,
        failed: `${name} did not get the new environment`,
      }
    case 'setResources':
      return {
        title: `Resources of ${name}`,
        confirmLabel: 'Change resources',
        running: `${name} is restarting with the new resources`,
        done: `${name} runs with the new resources`,
        failed: `${name} did not get the new resources`,
      }
    case 'unstick':
      return {
        title: `Unstick ${name}`,
        confirmLabel: 'Delete the stuck pods',
        running: `${name} is going on with its rollout`,
        done: `${name} is no longer stuck`,
        failed: `${name} is still stuck`,
      }
  }
}

/**
 * What takes a change back.
 * @param before the workload as it was before the change
 * @param previousRevision what the task reported; the previous revision where it reported none
 * @returns null where there is nothing to take back, as after a restart
 */
export function undoOf(
  change: WorkloadChange,
  before: WorkloadDetail,
  previousRevision?: number,
): WorkloadChange | null {
  switch (change.do) {
    case 'scale':
      return { do: 'scale', replicas: before.replicas.desired }
    case 'pause':
      return { do: 'resume' }
    case 'resume':
      return { do: 'pause' }
    case 'setImage':
    case 'setEnvironment':
    case 'setResources':
    case 'undo': {
      const revision = previousRevision ?? before.revisions.find((each) => each.isCurrent)?.revision
      return revision === undefined ? null : { do: 'undo', revision }
    }
    case 'restart':
    case 'unstick':
      return null
  }
}
