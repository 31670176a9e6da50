import type { Scope } from '#shared/contract/base.ts'
import type { WorkloadChange, WorkloadDetail } from '#shared/contract/rollouts.ts'
import { reportError, toast } from '../../../app/index.ts'
import { engine } from '../../../client/index.ts'
import { followChange } from './followChange.ts'
import type { Workload } from './changeStore.ts'

export interface ImageChange {
  workload: Workload
  change: Extract<WorkloadChange, { do: 'setImage' }>
  before: WorkloadDetail
}

/**
 * Rolls services one after the other, so that a bad image meets one of them and not all.
 * @returns once the first has begun; the others follow when the one before is ready, and not at all after a failure
 */
export async function rollInTurn(scope: Scope, changes: readonly ImageChange[], confirmation: object): Promise<void> {
  const [first, ...rest] = changes
  if (!first) return
  const begin = async ({ workload, change, before }: ImageChange) => {
    const { taskId } = await engine().rollouts.change({ ...scope, ...workload, change, confirmation })
    return { end: followChange({ scope, workload, change, before, taskId }) }
  }
  const begun = await begin(first)
  void follow(begun.end, rest)

  async function follow(ending: ReturnType<typeof followChange>, waiting: readonly ImageChange[]): Promise<void> {
    const { state } = await ending
    const [next, ...others] = waiting
    if (!next) return
    if (state !== 'done') {
      toast({
        status: 'warning',
        context: scope.context,
        title: 'The other services keep their image',
        detail: `${waiting.map(({ workload }) => workload.name).join(', ')} were not begun.`,
      })
      return
    }
    try {
      const { end } = await begin(next)
      await follow(end, others)
    } catch (thrown) {
      reportError(
        thrown,
        `${next.workload.name} did not get the new image; the services after it were not begun`,
        scope.context,
      )
    }
  }
}
