import type { Suite } from '#shared/contract/base.ts'
import type { Backup } from '#shared/contract/backups.ts'
import type { Manifest } from './manifest.ts'
import { timeOf } from './names.ts'
import type { Signer } from './seal.ts'

/** An intact backup as the window shows it. */
export function asBackup(contents: Manifest, signedBy: Signer, directory: string): Backup {
  const { database, members, emptied, format: _format, audit: _audit, ...rest } = contents
  const alarm = emptied.length > 0 && {
    fault: {
      code: 'VERIFICATION_FAILED',
      message: `Compared with the backup before, ${emptied.length === 1 ? 'a table has' : 'tables have'} lost all rows: ${emptied.join(', ')}. Earlier backups still have them.`,
      details: { emptied },
    },
  }
  return {
    ...rest,
    bytes: members.reduce((sum, { bytes }) => sum + bytes, 0),
    state: 'intact',
    ...alarm,
    database: {
      ...database,
      sequences: database.sequences.map(({ name, value }) => ({ name, value })),
    },
    members,
    signedBy,
    directory,
  }
}

/** What can be said of a backup whose manifest is lost: its folder's name is its time. */
export function unreadable(suite: Suite, id: string, directory: string): Backup {
  const nothing = { name: '', bytes: 0, serverVersion: '', dumpVersion: '', schemaVersion: '' }
  return {
    ...suite,
    id,
    clusterName: '',
    takenAt: timeOf(id),
    tookMs: 0,
    by: '',
    reason: '',
    bytes: 0,
    state: 'damaged',
    database: { ...nothing, extensions: [], tables: [], sequences: [] },
    images: {},
    members: [],
    directory,
  }
}
