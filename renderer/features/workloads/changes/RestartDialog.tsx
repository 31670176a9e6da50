import type { Scope } from '#shared/contract/base.ts'
import { ChangeDialog } from '../../../app/index.ts'
import { combineImpacts, plural } from '../../../kit/index.ts'
import { closeChange, type Workload } from './changeStore.ts'
import { followChange } from './followChange.ts'

const change = { do: 'restart' } as const

/** Restarts several workloads at once, each by its own strategy. */
export function RestartDialog({ scope, workloads }: { scope: Scope; workloads: readonly Workload[] }) {
  const what = plural(workloads.length, 'workload')
  return (
    <ChangeDialog
      title={`Restart ${what}`}
      note={workloads.map((workload) => workload.name).join(', ')}
      cluster={scope.context}
      question={JSON.stringify(workloads)}
      ask={async (client, signal) =>
        combineImpacts(
          await Promise.all(
            workloads.map((workload) => client.rollouts.impact({ ...scope, ...workload, change }, { signal })),
          ),
        )
      }
      confirmLabel={`Restart ${what}`}
      cancelLabel="Keep running"
      perform={async (client, confirmation) => {
        for (const workload of workloads) {
          const { taskId } = await client.rollouts.change({ ...scope, ...workload, change, confirmation })
          void followChange({ scope, workload, change, taskId })
        }
      }}
      onClose={closeChange}
    />
  )
}
