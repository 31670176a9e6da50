import { ConsoleError } from '#shared/errors.ts'
import { sanitise } from './sanitise.ts'

interface ExecStatus {
  status?: string
  message?: string
  reason?: string
  details?: { causes?: { reason?: string; message?: string }[] }
}

const shells = /(^|\/)(ba|da|a|z|k|)sh$/

/**
 * What the last frame of an exec says.
 * @returns the exit code
 * @throws NO_SHELL when the command is a shell that the image does not have; COMMAND_FAILED when it could not be run
 */
export function readExecStatus(payload: Buffer, command: readonly string[]): { exitCode: number } {
  const text = payload.toString('utf8')
  let status: ExecStatus
  try {
    status = JSON.parse(text) as ExecStatus
  } catch {
    status = { status: 'Failure', message: text }
  }
  if (status.status === 'Success') return { exitCode: 0 }
  const code = Number(status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message)
  if (status.reason === 'NonZeroExitCode' && Number.isInteger(code)) return { exitCode: code }
  throw failure(sanitise(status.message ?? text), command)
}

function failure(said: string, command: readonly string[]): ConsoleError {
  const [program = ''] = command
  const isMissing = /executable file not found|no such file or directory|not found in \$PATH/i.test(said)
  if (isMissing && shells.test(program)) {
    return new ConsoleError(
      'NO_SHELL',
      `This container has no ${program}. Nothing was run. Many small images hold no shell at all: use an ephemeral debug container, or look at its logs.`,
      { command, said },
    )
  }
  const why = isMissing ? `the container has no program "${program}"` : said
  return new ConsoleError('COMMAND_FAILED', `The command could not be run in the container: ${why}.`, {
    command,
    said,
    isMissing,
  })
}
