import { Trash2 } from 'lucide-react'
import type { Scope } from '#shared/contract/base.ts'
import type { KeptDatabase } from '#shared/contract/backups.ts'
import { useBlocked } from '../../app/index.ts'
import { useCall } from '../../client/index.ts'
import { Button, ErrorState, formatBytes, formatMoment, LoadingState, Panel, plural } from '../../kit/index.ts'
import { removeDatabase } from './backupActions.ts'

export interface DatabasesPanelProps {
  scope: Scope
  /** Why nothing of this noun can start now. */
  busy: string | undefined
  /** Another text whenever what lies on the server may have changed. */
  version: string
}

/** What restores and verifications left beside the live database, by this console or another: why it is there, and the way out. */
export function DatabasesPanel({ scope, busy, version }: DatabasesPanelProps) {
  const { value, error, reload } = useCall(
    (client, signal) => client.backups.databases(scope, { signal }),
    [scope.context, scope.namespace, version],
  )
  return (
    <Panel title="Databases kept on the server" label="Databases kept on the server">
      {error ? (
        <ErrorState fault={error} onRetry={reload} />
      ) : !value ? (
        <LoadingState rows={2} label="Reading the databases" />
      ) : value.length === 0 ? (
        <p className="note backups-databases">No databases beside the live one.</p>
      ) : (
        <ul className="backups-databases">
          {value.map((database) => (
            <Row key={database.oid} scope={scope} database={database} busy={busy} onRemoved={reload} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

interface RowProps {
  scope: Scope
  database: KeptDatabase
  busy: string | undefined
  onRemoved: () => void
}

function Row({ scope, database, busy, onRemoved }: RowProps) {
  const blocked = useBlocked('operator') ?? busy
  const { name, bytes, sessions, offers } = database
  const inUse = sessions > 0 ? `It is in use: ${plural(sessions, 'session')}.` : undefined
  return (
    <li className="backups-database">
      <div>
        <code className="selectable">{name}</code>
        <p className="note">
          {originOf(database)} {bytes === null ? 'Its size is not known.' : `${formatBytes(bytes)}.`} {wayOut(database)}
        </p>
      </div>
      {offers.includes('remove') ? (
        <Button
          size="small"
          icon={Trash2}
          kind="danger"
          reason={blocked ?? inUse}
          onClick={() => void removeDatabase(scope, database).then((isGone) => isGone && onRemoved())}
        >
          Remove…
        </Button>
      ) : null}
    </li>
  )
}

/** Why it is there. */
export function originOf({ purpose, madeAt, proof }: KeptDatabase): string {
  const when = formatMoment(madeAt)
  const by = proof === 'journal' ? '' : ' by another console'
  if (purpose === 'before') return `The data that was live before the restore of ${when}${by}.`
  if (purpose === 'undone') return `The restored data of ${when}, from before its restore was undone${by}.`
  if (purpose === 'restore') return `The copy that the restore of ${when}${by} filled.`
  return `The scratch database of the verification of ${when}${by}.`
}

/** What can be done about it, where that is not the button beside it. */
export function wayOut({ offers, proof }: KeptDatabase): string {
  if (offers.includes('undo')) return 'Undo or keep the restore, above.'
  if (offers.includes('recover')) return 'Recover the restore, above.'
  if (offers.includes('keep')) return 'Remove what the restore kept, above.'
  if (offers.length === 0) return 'It cannot be removed now: a restore works with it, or no database is live.'
  return proof === 'journal' ? 'No restore needs it any more.' : 'That console may still need it to undo.'
}
