import { ConsoleError } from '#shared/errors.ts'

export const notFound = (id: string) =>
  new ConsoleError('NOT_FOUND', `There is no backup ${id} here (any more).`, { id })

export const damaged = (where: string, details: Record<string, unknown>) =>
  new ConsoleError(
    'ARCHIVE_DAMAGED',
    'The archive of this backup is not what was written: it is cut short or was changed. It is not used. Choose another backup; the database is untouched.',
    { path: where, ...details },
  )
