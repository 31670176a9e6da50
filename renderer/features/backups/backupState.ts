import type { Backup } from '#shared/contract/backups.ts'
import type { StatusKind } from '../../kit/index.ts'

/** Verified means that a trial restore gave back what was there; hashes that fit make it only intact. */
export const stateStatus: Record<Backup['state'], StatusKind> = {
  verified: 'healthy',
  intact: 'waiting',
  damaged: 'failed',
}

export const stateWords: Record<Backup['state'], string> = {
  verified: 'Verified',
  intact: 'Not verified',
  damaged: 'Damaged',
}
