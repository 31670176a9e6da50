import type { Plan } from '#shared/contract/plan.ts'
import { navigate } from '../../../app/index.ts'
import { Button, Checkbox, Panel, Status } from '../../../kit/index.ts'
import { verdictOf } from '../releases/releaseView.ts'

export interface DatabasePanelProps {
  schema: Plan['schema']
  /** A release is installed, so there is something to back up. */
  hasDatabase: boolean
  safetyBackup: boolean
  /** Absent once it runs. */
  onSafetyBackup?: (isWanted: boolean) => void
}

/** What the plan does to the database, and whether it is backed up first. */
export function DatabasePanel({ schema, hasDatabase, safetyBackup, onSafetyBackup }: DatabasePanelProps) {
  const { status, word } = verdictOf(schema.state)
  return (
    <Panel title="Database" aside={<Status status={status}>{word}</Status>}>
      <div className="database">
        <p className="quiet-text selectable">{schema.detail}</p>
        {schema.migrations.length === 0 ? null : (
          <ul className="database-migrations mono selectable" aria-label="Migrations">
            {schema.migrations.map((migration) => (
              <li key={migration}>{migration}</li>
            ))}
          </ul>
        )}
        {schema.state === 'restore' ? (
          <Button size="small" onClick={() => navigate({ page: 'backups' })}>
            Open backups
          </Button>
        ) : null}
        {hasDatabase ? (
          <Checkbox
            label="Back up the database first"
            checked={safetyBackup}
            disabled={!onSafetyBackup}
            onChange={(isWanted) => onSafetyBackup?.(isWanted)}
            detail="Nothing is changed until the backup is complete."
          />
        ) : (
          <p className="note">There is no database yet that could be backed up.</p>
        )}
      </div>
    </Panel>
  )
}
