import type { Settings } from '#shared/contract/app.ts'
import { ConsoleError } from '#shared/errors.ts'
import { settingsRules } from '#shared/settingsRules.ts'
import { isProgram } from '../../kube/index.ts'

/**
 * Settings that cannot work are not saved. Those that an earlier version saved stay readable: where they are used, they are named.
 * @throws ConsoleError BAD_INPUT with what is wrong
 */
export async function refuseNonsense({ kubectlPath, imageRegistry }: Partial<Settings>): Promise<void> {
  const fault =
    (imageRegistry !== undefined && settingsRules.imageRegistry(imageRegistry)) ||
    (kubectlPath !== undefined && (settingsRules.kubectlPath(kubectlPath) ?? (await missing(kubectlPath))))
  if (fault) throw new ConsoleError('BAD_INPUT', `${fault} The setting is as it was.`)
}

async function missing(path: string): Promise<string | undefined> {
  if (path === '' || (await isProgram(path))) return undefined
  return `${path} is not a file that can be run.`
}
