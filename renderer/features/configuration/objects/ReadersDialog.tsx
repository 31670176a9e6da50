import type { Scope } from '#shared/contract/base.ts'
import { ChangeDialog, showTask, taskEnd, toast } from '../../../app/index.ts'
import { combineImpacts } from '../../../kit/index.ts'
import type { ObjectName } from './drafts.ts'
import { restartable, useReaders } from './objectActions.ts'

const close = () => useReaders.setState({ open: null })
const change = { do: 'restart' } as const

/** Restarts what reads an object, so that it takes over what was saved. */
export function ReadersDialog() {
  const open = useReaders((state) => state.open)
  return open ? <Readers object={open.object} usedBy={open.usedBy} /> : null
}

function Readers({ object, usedBy }: { object: ObjectName; usedBy: readonly string[] }) {
  const { scope, kind, name } = object
  const readers = restartable(usedBy)
  return (
    <ChangeDialog
      title={`Restart the readers of ${name}`}
      note={`One after the other: ${readers.map((reader) => reader.name).join(', ')}`}
      cluster={scope.context}
      question={JSON.stringify([kind, name, readers])}
      incomplete={readers.length === 0 ? 'No workload reads it.' : undefined}
      ask={async (client, signal) =>
        combineImpacts(
          await Promise.all(
            readers.map((reader) => client.rollouts.impact({ ...scope, ...reader, change }, { signal })),
          ),
        )
      }
      confirmLabel="Restart the readers"
      cancelLabel="Keep running"
      perform={async (client, confirmation) => {
        const { taskId } = await client.configuration.restartReaders({ ...scope, kind, name, confirmation })
        void follow(scope, taskId, name)
      }}
      onClose={close}
    />
  )
}

async function follow(scope: Scope, taskId: string, name: string): Promise<void> {
  const action = { title: 'Open task', perform: () => showTask(taskId) }
  toast({ status: 'progress', context: scope.context, title: `The readers of ${name} are restarting`, action })
  const task = await taskEnd(taskId)
  if (task.state === 'done')
    toast({ status: 'healthy', context: scope.context, title: `The readers of ${name} have restarted`, action })
  else {
    toast({
      status: 'failed',
      context: scope.context,
      title: `Not all readers of ${name} have restarted`,
      detail: task.fault?.message ?? '',
      action,
    })
  }
}
