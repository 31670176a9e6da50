import { useState } from 'react'
import type { Task } from '#shared/contract/tasks.ts'
import { reportError } from '../../app/index.ts'
import { engine } from '../../client/index.ts'

const pageSize = 50

export interface TaskHistory {
  /** Newest first; empty until it is asked for. */
  tasks: readonly Task[]
  isLoading: boolean
  /** There may be older ones. */
  hasMore: boolean
  loadMore: () => void
}

/** All tasks of earlier times, a page at a time, when they are asked for. */
export function useTaskHistory(): TaskHistory {
  const [tasks, setTasks] = useState<readonly Task[]>([])
  const [isLoading, setLoading] = useState(false)
  const [hasMore, setMore] = useState(true)
  const loadMore = () => {
    setLoading(true)
    engine()
      .tasks.history({ before: tasks.at(-1)?.id, limit: pageSize })
      .then(
        (page) => {
          setTasks((known) => [...known, ...page])
          setMore(page.length === pageSize)
        },
        (thrown: unknown) => reportError(thrown, 'Earlier tasks were not read'),
      )
      .finally(() => setLoading(false))
  }
  return { tasks, isLoading, hasMore, loadMore }
}
