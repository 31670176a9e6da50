import { join } from 'node:path'
import { ConsoleError } from '#shared/errors.ts'
import { findProgram, isProgram } from '../../kube/index.ts'

export interface KubectlPlaces {
  /** The person's setting; empty when not set. */
  setting: string
  environment: Readonly<Record<string, string | undefined>>
  resourcesDirectory: string
}

/**
 * The setting, then PATH, then the bundle. A setting that does not work is an error, not a reason to take another kubectl.
 * @returns an absolute path
 * @throws ConsoleError KUBECTL_MISSING
 */
export async function findKubectl({ setting, environment, resourcesDirectory }: KubectlPlaces): Promise<string> {
  if (setting !== '') {
    if (await isProgram(setting)) return setting
    throw new ConsoleError(
      'KUBECTL_MISSING',
      `The kubectl of your settings, ${setting}, cannot be run. Nothing was started. Correct the path in Settings, or leave it empty.`,
      { setting },
    )
  }
  const bundled = join(resourcesDirectory, 'bin', process.platform === 'win32' ? 'kubectl.exe' : 'kubectl')
  const found = (await findProgram('kubectl', environment)) ?? ((await isProgram(bundled)) ? bundled : undefined)
  if (found !== undefined) return found
  throw new ConsoleError(
    'KUBECTL_MISSING',
    'There is no kubectl in PATH. Nothing was started; everything else works without it. Install kubectl, or name its path in Settings.',
    { path: environment['PATH'] },
  )
}
