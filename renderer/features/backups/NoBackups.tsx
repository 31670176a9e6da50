import { Archive } from 'lucide-react'
import { Button, EmptyState } from '../../kit/index.ts'
import { StoragePanel, type Location } from './StoragePanel.tsx'

export interface NoBackupsProps {
  clusterName: string
  location: Location
  reason: string | undefined
  isRunning: boolean
  onStart: () => void
}

export function NoBackups({ clusterName, location, reason, isRunning, onStart }: NoBackupsProps) {
  return (
    <div className="backups-empty">
      <div className="backups-empty-main">
        <EmptyState isLarge icon={Archive} title={`No backups of ${clusterName} yet`}>
          Take a backup to be able to restore. Files stay on this workstation.
          <div className="backups-first">
            <Button
              kind="primary"
              icon={Archive}
              busy={isRunning}
              reason={isRunning ? undefined : reason}
              onClick={onStart}
            >
              Back up now
            </Button>
          </div>
          <ol className="backups-path">
            <li>
              <b>Back up</b>
              <span className="note">a dump by the database's own tools, hashed while it is written</span>
            </li>
            <li>
              <b>Verify</b>
              <span className="note">a trial restore into a scratch database, compared row count by row count</span>
            </li>
            <li>
              <b>Restore</b>
              <span className="note">beside the live database, swapped in at the end, with Undo</span>
            </li>
          </ol>
        </EmptyState>
      </div>
      <StoragePanel location={location} backups={[]} />
    </div>
  )
}
