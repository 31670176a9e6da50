import { FlaskConical, RotateCcw, Trash2 } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { Backup } from '#shared/contract/backups.ts'
import { useBlocked } from '../../app/index.ts'
import {
  Banner,
  Button,
  Facts,
  formatBytes,
  formatCount,
  formatDuration,
  formatMoment,
  Panel,
  plural,
  StatusChip,
  StatusGlyph,
  type StatusKind,
} from '../../kit/index.ts'
import { backupTitle, deleteBackup, openRestore, tablesWords, verifyBackup } from './backupActions.ts'
import { stateStatus, stateWords } from './backupState.ts'

export interface BackupDetailProps {
  scope: Scope
  backup: Backup
  /** Why nothing of this noun can start now: another task of it runs. */
  busy: string | undefined
  /** It is the newest that a restore could use. */
  isLastGood: boolean
}

/** What one backup holds and what proves it. */
export function BackupDetail({ scope, backup, busy, isLastGood }: BackupDetailProps) {
  const blocked = useBlocked('operator') ?? busy
  const { database } = backup
  const isDamaged = backup.state === 'damaged'
  const damage = isDamaged ? 'It is damaged: its contents no longer match its manifest.' : undefined
  return (
    <Panel
      isScrolling
      label="Details of the backup"
      title={
        <>
          <StatusGlyph status={stateStatus[backup.state]} size={14} />
          <span className="truncate">{backupTitle(backup)}</span>
        </>
      }
      aside={
        <StatusChip status={backup.state === 'intact' ? 'warning' : stateStatus[backup.state]}>
          {stateWords[backup.state]}
        </StatusChip>
      }
      footer={
        <div className="backups-buttons">
          <span data-testid="restore-open">
            <Button
              kind="default"
              icon={RotateCcw}
              reason={blocked ?? damage}
              onClick={() => openRestore(scope, backup)}
            >
              Restore…
            </Button>
          </span>
          <Button icon={FlaskConical} reason={blocked} onClick={() => verifyBackup(scope, backup)}>
            {backup.verifiedAt === undefined ? 'Verify…' : 'Verify again…'}
          </Button>
          <Button
            icon={Trash2}
            kind="danger"
            reason={
              blocked ??
              (isLastGood ? 'This is the only backup left that a restore could use. Take another first.' : undefined)
            }
            onClick={() => deleteBackup(scope, backup)}
          >
            Delete…
          </Button>
        </div>
      }
    >
      {backup.fault ? (
        <div className="backups-fault">
          <Banner tone="crit" title={backup.fault.message} />
        </div>
      ) : null}
      <Facts
        rows={[
          { name: 'Taken', value: `${formatMoment(backup.takenAt)}, in ${formatDuration(backup.tookMs)}` },
          { name: 'By', value: backup.by },
          { name: 'Size', value: `${formatBytes(backup.bytes)}, database ${formatBytes(database.bytes)}` },
          { name: 'Id', value: <span className="mono">{backup.id}</span> },
          ...(backup.signedBy ? [{ name: 'Signed by', value: signerOf(backup.signedBy) }] : []),
          { name: 'Folder', value: <span className="mono">{backup.directory}</span> },
        ]}
      />
      <Section title="Contents" aside={tablesWords(backup)}>
        <Line status="healthy" name={`Database ${database.name}`} detail={`PostgreSQL ${database.serverVersion}`} />
        <Line
          status="healthy"
          name="Schema"
          detail={database.schemaVersion ? `version ${database.schemaVersion}` : 'no version noted'}
        />
        {database.extensions.map((extension) => (
          <Line key={extension.name} status="healthy" name={`Extension ${extension.name}`} detail={extension.version} />
        ))}
        <Line status="healthy" name="Sequences" detail={formatCount(database.sequences.length)} />
      </Section>
      <Tables backup={backup} />
      <Section title="Integrity, SHA-256" aside={plural(backup.members.length, 'file')}>
        {backup.members.map((member) => (
          <div key={member.name} className="backups-member">
            <Line status={isDamaged ? 'unknown' : 'healthy'} name={member.name} detail={formatBytes(member.bytes)} />
            <code className="selectable">{member.sha256}</code>
          </div>
        ))}
      </Section>
      <Section
        title="Trial restore"
        aside={backup.verifiedAt === undefined ? undefined : formatMoment(backup.verifiedAt)}
      >
        {backup.verifiedAt === undefined ? (
          <p className="note">
            Never tried. The hashes fit, so the files are what was written; only a trial restore proves that they can be
            restored.
          </p>
        ) : (
          <Line
            status={isDamaged ? 'failed' : 'healthy'}
            name={isDamaged ? 'Passed then, damaged since' : 'Gave back what was there'}
            detail={tablesWords(backup)}
          />
        )}
      </Section>
    </Panel>
  )
}

/** Of another console, its fingerprint: what a person compares before trusting it. An earlier version's seal has none. */
function signerOf({ fingerprint, isThisConsole }: NonNullable<Backup['signedBy']>): ReactNode {
  if (isThisConsole) return 'this console'
  if (fingerprint === '') return 'an earlier version of a console, without a fingerprint'
  return (
    <>
      another console, <code className="selectable">{fingerprint}</code>
    </>
  )
}

const shortList = 6

function Tables({ backup }: { backup: Backup }) {
  const [isAll, setAll] = useState(false)
  const tables = [...backup.database.tables].sort((a, b) => b.rows - a.rows)
  const shown = isAll ? tables : tables.slice(0, shortList)
  return (
    <Section title="Rows" aside={undefined}>
      {shown.map((table) => (
        <div key={table.name} className="backups-line">
          <span className="mono truncate">{table.name.replace(/^public\./, '')}</span>
          <span>{formatCount(table.rows)}</span>
        </div>
      ))}
      {tables.length > shortList ? (
        <button type="button" className="backups-more" onClick={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `${tables.length - shortList} more tables`}
        </button>
      ) : null}
    </Section>
  )
}

function Section({ title, aside, children }: { title: string; aside: string | undefined; children: ReactNode }) {
  return (
    <section className="backups-section">
      <h3>
        {title} <span>{aside}</span>
      </h3>
      {children}
    </section>
  )
}

function Line({ status, name, detail }: { status: StatusKind; name: string; detail: string }) {
  return (
    <div className="backups-line">
      <StatusGlyph status={status} size={14} />
      <span className="truncate">{name}</span>
      <span className="dim">{detail}</span>
    </div>
  )
}
