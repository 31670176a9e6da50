import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { imageRegistry, type TestCluster } from '#shared/testing/cluster.ts'
import { judges } from '#shared/testing/judges.ts'
import { launchApp, type LaunchChoices, type RunningApp } from './app.ts'
import { writeKubeconfig, type ContextOf } from './contexts.ts'

/** An app of a whole test file, with its files in a folder of its own. */
export interface OpenApp extends RunningApp {
  directory: string
  dataDirectory: string
  /** The kubeconfig with the test's contexts; changes of it reach the running app. */
  kubeconfig: string
  /** Kills the whole app as the system would, and starts it again on the same files. */
  killAndReopen(): Promise<OpenApp>
  /** Closes the app as a person does, and starts it again on the same files. */
  closeAndReopen(): Promise<OpenApp>
  /** Removes its files, after Electron was closed by itself. */
  remove(): Promise<void>
}

export interface OpenChoices {
  contexts: readonly ContextOf[]
  /** Further files in KUBECONFIG; called before the app starts. @returns their paths */
  moreFiles?: (directory: string) => Promise<string[]>
  /** Called before the app starts. */
  prepare?: (dataDirectory: string) => Promise<void>
}

export async function openApp(cluster: TestCluster, choices: OpenChoices): Promise<OpenApp> {
  const directory = await mkdtemp(join(tmpdir(), 'console-e2e-'))
  const dataDirectory = join(directory, 'data')
  const kubeconfig = join(directory, 'kubeconfig.yaml')
  await mkdir(dataDirectory)
  await writeKubeconfig(kubeconfig, cluster, choices.contexts)
  const settings = { kubectlPath: (await judges()).kubectl, imageRegistry }
  await writeFile(join(dataDirectory, 'settings.json'), JSON.stringify(settings))
  const more = (await choices.moreFiles?.(directory)) ?? []
  await choices.prepare?.(dataDirectory)
  return open(directory, {
    dataDirectory,
    kubeconfig: [kubeconfig, ...more].join(process.platform === 'win32' ? ';' : ':'),
    sandboxState: join(directory, 'no-sandbox'),
  })
}

async function open(directory: string, choices: LaunchChoices): Promise<OpenApp> {
  const app = await launchApp(choices)
  app.page.setDefaultTimeout(30_000)
  const remove = () => rm(directory, { recursive: true, force: true })
  return {
    ...app,
    directory,
    dataDirectory: choices.dataDirectory,
    kubeconfig: join(directory, 'kubeconfig.yaml'),
    remove,
    closeAndReopen: async () => {
      await app.close()
      return open(directory, choices)
    },
    killAndReopen: async () => {
      const main = app.electron.process()
      const dead = new Promise((resolve) => main.once('exit', resolve))
      main.kill('SIGKILL')
      await dead
      return open(directory, choices)
    },
    close: async () => {
      await app.close()
      await remove()
    },
  }
}
