import { Square } from 'lucide-react'
import type { Task } from '#shared/contract/tasks.ts'
import { reportError } from '../../app/index.ts'
import { useCommand } from '../../client/index.ts'
import { Button, formatDuration, Panel, StatusGlyph, StepList, useNow } from '../../kit/index.ts'

/** A backup or a trial restore while it works: steps, bytes, a way to stop. */
export function RunningBackup({ task }: { task: Task }) {
  const now = useNow(1_000)
  const stop = useCommand(
    (client) => client.tasks.cancel({ id: task.id }),
    (fault) => reportError(fault, 'It was not stopped'),
  )
  return (
    <Panel
      label={task.title}
      title={
        <>
          <StatusGlyph status="progress" size={14} /> {task.title}
        </>
      }
      aside={
        <>
          {formatDuration(Math.max(0, now - task.startedAt))}
          <Button
            size="small"
            icon={Square}
            busy={stop.isBusy}
            reason={task.uncancellable || undefined}
            onClick={() => stop.run()}
          >
            Cancel
          </Button>
        </>
      }
    >
      <div className="backups-running" data-testid="backup-progress">
        <StepList label={`Steps of ${task.title}`} steps={task.steps} />
      </div>
    </Panel>
  )
}
