import { ConsoleError } from '#shared/errors.ts'
export const pending = (name: string): ConsoleError => new ConsoleError('INTERNAL', `${name} is not built yet.`)
