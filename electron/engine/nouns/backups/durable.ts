import { ConsoleError } from '#shared/errors.ts'
import { isCode } from '../../storage/durable.ts'

/** A full disk as people understand it; any other error as it is. */
export function asDiskFull(error: unknown, path: string): unknown {
  if (!isCode(error, 'ENOSPC', 'EDQUOT')) return error
  return new ConsoleError(
    'DISK_FULL',
    'The disk that holds the backups is full. The unfinished backup was removed, earlier backups are untouched. Free some space, or delete backups that are no longer needed.',
    { path },
    { cause: error },
  )
}
