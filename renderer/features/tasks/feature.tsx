import { ListChecks } from 'lucide-react'
import { lazy, useMemo } from 'react'
import { showTask, useActions, useTasks, type Action, type Feature } from '../../app/index.ts'
import { StatusGlyph } from '../../kit/index.ts'

const TasksTab = lazy(async () => ({ default: (await import('./TasksTab.tsx')).TasksTab }))

const openTasks = () => showTask()

function RunningCount() {
  const running = useTasks((state) => [...state.tasks.values()].filter((task) => task.state === 'running').length)
  if (running === 0) return null
  return (
    <>
      <StatusGlyph status="progress" size={13} />
      <b aria-label={`${running} running`}>{running}</b>
    </>
  )
}

function TaskActions() {
  const actions = useMemo<Action[]>(
    () => [
      { id: 'tasks.open', title: 'Show tasks', section: 'Go to', effect: 'read', icon: ListChecks, perform: openTasks },
    ],
    [],
  )
  useActions('tasks', actions)
  return null
}

export const tasks: Feature = {
  dockKinds: [
    {
      kind: 'tasks',
      icon: ListChecks,
      component: TasksTab,
      launcher: { title: 'Tasks', open: openTasks, Badge: RunningCount },
    },
  ],
  Background: TaskActions,
}
