import { findProgram } from './hostPrograms.ts'
import type { ContainerSetting, ImageRecipe, Step } from './types.ts'

/** The step that runs a command line as it stands: Node modules through the app's Node, all else by PATH. */
export function commandStep(setting: ContainerSetting, words: readonly string[]): Step {
  const [program = '', ...args] = words
  const environment = Object.fromEntries(setting.environment)
  const place = { environment, directory: setting.root }
  if (program === 'node' && setting.programs.nodeExecutable === undefined) {
    const [modulePath = '', ...rest] = args
    return { run: { modulePath }, args: rest, ...place }
  }
  // The sandbox's own Node, whatever else is in PATH.
  const own = program === 'node' ? setting.programs.nodeExecutable : undefined
  const found = own ?? findProgram(program, environment['PATH'] ?? '', setting.root)
  return { run: { program: found ?? program }, args, ...place }
}

/** `command` replaces an image's entrypoint together with its arguments; `args` alone replaces the arguments. */
export function commandLine(setting: ContainerSetting, entrypoint: string[], defaults: string[]): string[] {
  if (setting.command !== undefined) return [...setting.command, ...(setting.args ?? [])]
  return [...entrypoint, ...(setting.args ?? defaults)]
}

export const shell: ImageRecipe = {
  repository: 'busybox',
  aliases: ['alpine', 'debian', 'ubuntu', 'bash'],
  *steps(setting) {
    yield commandStep(setting, commandLine(setting, [], ['sh']))
  },
}

export const node: ImageRecipe = {
  repository: 'node',
  *steps(setting) {
    const words = commandLine(setting, [], ['node'])
    // The official image's entrypoint runs node when the first word is an option or no program.
    const isProgram = findProgram(words[0] ?? '', setting.environment.get('PATH') ?? '', setting.root) !== undefined
    yield commandStep(setting, words[0] === 'node' || isProgram ? words : ['node', ...words])
  },
}
