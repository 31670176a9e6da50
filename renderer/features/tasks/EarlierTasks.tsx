import type { ReactNode } from 'react'
import type { Task } from '#shared/contract/tasks.ts'
import { Button } from '../../kit/index.ts'
import type { TaskHistory } from './useTaskHistory.ts'

/** The history below the list: read when it is asked for, a page at a time. */
export function EarlierTasks({
  history,
  tasks,
  row,
}: {
  history: TaskHistory
  /** Of the history, those that the list above does not show. */
  tasks: readonly Task[]
  row: (task: Task) => ReactNode
}) {
  return (
    <>
      {tasks.map((each) => (
        <li key={each.id}>{row(each)}</li>
      ))}
      {history.hasMore ? (
        <li className="tasks-more">
          <Button size="small" kind="quiet" busy={history.isLoading} onClick={history.loadMore}>
            {history.tasks.length === 0 ? 'Show earlier tasks' : 'Show older tasks'}
          </Button>
        </li>
      ) : null}
    </>
  )
}
