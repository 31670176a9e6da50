import { Archive } from 'lucide-react'
import { lazy } from 'react'
import type { Task } from '#shared/contract/tasks.ts'
import { tasksOf, useScope, useTasks, type Feature } from '../../app/index.ts'
import { StatusGlyph } from '../../kit/index.ts'
import { BackupDialogs } from './BackupDialogs.tsx'

const BackupsPage = lazy(async () => ({ default: (await import('./BackupsPage.tsx')).BackupsPage }))

const kinds: readonly Task['kind'][] = ['backup', 'verify', 'restore', 'undoRestore']

/** A ring beside the rail entry while a backup, a trial or a restore of the current scope runs. */
function BackupsBadge() {
  const scope = useScope()
  const isRunning = useTasks(
    ({ tasks }) =>
      scope !== null &&
      tasksOf(tasks.values(), scope).some(({ state, kind }) => state === 'running' && kinds.includes(kind)),
  )
  return isRunning ? <StatusGlyph status="progress" size={13} /> : null
}

export const backups: Feature = {
  pages: [
    {
      id: 'backups',
      title: 'Backups',
      icon: Archive,
      letter: 'B',
      place: 'change',
      component: BackupsPage,
      Badge: BackupsBadge,
    },
  ],
  Background: BackupDialogs,
}
