import { ConfigurationError } from '../fieldReferences.ts'
import type { NodeContext } from '../context.ts'
import { commandStep } from '../images/shell.ts'
import { findProgram } from '../images/hostPrograms.ts'
import { LaunchError, type LaunchedProcess } from '../processes/types.ts'
import type { PreparedContainer } from './containerSetup.ts'

export interface ExecuteOptions {
  stdin: boolean
  terminal?: { columns: number; rows: number }
}

/**
 * Starts a command in a container's surroundings: its variables, folder and user, with mount paths made local. In a pod
 * `localhost` is the pod itself.
 * @throws LaunchError, with the words of a container runtime when there is no such program
 */
export async function executeIn(
  context: NodeContext,
  prepared: PreparedContainer,
  command: readonly string[],
  options: ExecuteOptions,
): Promise<LaunchedProcess> {
  if (command[0] === undefined) throw new ConfigurationError('you must specify at least one command for the container')
  const { setting } = prepared
  const local = command.map((word) => toPodAddress(setting.mounts.translate(word), setting.podAddress))
  const step = commandStep(setting, archiveFromRoot(command, local, prepared))
  if ('program' in step.run && findProgram(step.run.program, setting.environment.get('PATH') ?? '') === undefined) {
    const message = `exec: "${command[0]}": executable file not found in $PATH`
    throw new LaunchError('ENOENT', `failed to start exec: OCI runtime exec failed: ${message}: unknown`)
  }
  return context.launcher.launch({
    run: step.run,
    args: step.args,
    environment: step.environment,
    directory: prepared.directory,
    label: `exec ${command[0]}`,
    ...options,
    ...(prepared.user === undefined ? {} : { user: prepared.user }),
  })
}

/** Runs a command to its end and keeps the beginning of what it prints. */
export async function executeToEnd(
  context: NodeContext,
  prepared: PreparedContainer,
  command: readonly string[],
  timeoutMilliseconds: number,
): Promise<{ code: number; output: string } | 'timeout'> {
  const launched = await executeIn(context, prepared, command, { stdin: false })
  let output = ''
  for (const stream of [launched.stdout, launched.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      if (output.length < 65_536) output += chunk.toString('utf8')
    })
  }
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    launched.signal('SIGKILL')
  }, timeoutMilliseconds)
  const { code } = await launched.exited
  clearTimeout(timer)
  return isLate ? 'timeout' : { code, output }
}

function toPodAddress(word: string, podAddress: string): string {
  return word.replace(/(?<![\w.-])(localhost|127\.0\.0\.1)(?![\w.-])/g, podAddress)
}

/**
 * `tar cf - /data/x` names its members after the local path, and `kubectl cp` expects the path it asked for: archives are made from
 * the container's folder, which shows the mounts under their own names.
 */
function archiveFromRoot(command: readonly string[], local: string[], { setting }: PreparedContainer): string[] {
  const [program, mode, file, ...paths] = command
  const isArchive = program === 'tar' && mode !== undefined && /^-?c[a-z]*f$/.test(mode) && file === '-'
  const isInVolumes = paths.length > 0 && paths.every((path) => setting.mounts.locate(path) !== undefined)
  if (!isArchive || !isInVolumes) return local
  // A mount is a link in that folder: with the dot tar takes what it points to.
  const members = paths.map(
    (path) => `${path.replace(/^\/+/, '').replace(/\/+$/, '')}${isMountItself(path, setting) ? '/.' : ''}`,
  )
  return ['tar', mode, '-', '-C', setting.root, ...members]
}

function isMountItself(path: string, { mounts }: PreparedContainer['setting']): boolean {
  return mounts.isMountPath(path.replace(/\/+$/, ''))
}
