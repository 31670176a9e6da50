import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, test as base, type ElectronApplication, type Page } from '@playwright/test'
import { startCluster, temporaryState, type TestCluster } from '#shared/testing/cluster.ts'
import { electronRuntime } from '../../scripts/setup/electronRuntime.ts'
import { launchOptions } from '../../scripts/setup/launch.ts'

/** The real app in its real window, with its own files. */
export interface RunningApp {
  electron: ElectronApplication
  page: Page
  /** Process id of the engine, so that a test can kill it. */
  enginePid(): Promise<number>
  /** Process id of the app's own sandbox. */
  sandboxPid(): Promise<number>
  close(): Promise<void>
}

export interface LaunchChoices {
  dataDirectory: string
  /** Value of KUBECONFIG; a path that does not exist gives an app with nothing but its sandbox. */
  kubeconfig: string
  sandboxState?: string
  env?: Record<string, string>
}

export async function launchApp({
  dataDirectory,
  kubeconfig,
  sandboxState,
  env = {},
}: LaunchChoices): Promise<RunningApp> {
  const runtime = await electronRuntime(console.log)
  const display = { name: process.env.CONSOLE_VIRTUAL_DISPLAY ? process.env.DISPLAY : undefined, stop: () => undefined }
  const options = launchOptions(runtime, display)
  const electron = await launchPatiently({
    ...options,
    env: {
      ...options.env,
      CONSOLE_DATA_DIRECTORY: dataDirectory,
      KUBECONFIG: kubeconfig,
      ...(sandboxState === undefined ? {} : { CONSOLE_SANDBOX_STATE: sandboxState }),
      ...env,
    },
  })
  const page = await electron.firstWindow()
  await drawTerminalsPlainly(page)
  return {
    electron,
    page,
    enginePid: () => pidOf(electron, 'engine'),
    sandboxPid: () => pidOf(electron, 'sandbox'),
    close: async () => {
      // A test that failed in the middle leaves work behind.
      await answerDialogs(electron, 1)
      await electron.close()
    },
  }
}

/** From now on dialogs of the system are answered with this button, because no test can click them. */
export async function answerDialogs(electron: ElectronApplication, response: number): Promise<void> {
  await electron.evaluate(({ dialog }, button) => {
    dialog.showMessageBox = (...given: unknown[]) => {
      Object.assign(globalThis, { shownDialog: given.at(-1) })
      return Promise.resolve({ response: button, checkboxChecked: true })
    }
  }, response)
}

/** The last dialog of the system that `answerDialogs` answered. */
export const shownDialog = (
  electron: ElectronApplication,
): Promise<{ message?: string; detail?: string } | undefined> =>
  electron.evaluate(() => (globalThis as { shownDialog?: { message?: string; detail?: string } }).shownDialog)

/** A terminal drawn by WebGL has no text that could be read: without it xterm falls back to plain elements. */
export async function drawTerminalsPlainly(page: Page): Promise<void> {
  await page.evaluate(() => {
    const context = Reflect.get(HTMLCanvasElement.prototype, 'getContext') as (...given: unknown[]) => unknown
    Reflect.set(HTMLCanvasElement.prototype, 'getContext', function (this: HTMLCanvasElement, ...given: unknown[]) {
      return given[0] === 'webgl2' ? null : context.apply(this, given)
    })
  })
}

/**
 * Playwright misses a window that opens while it attaches and then waits forever: about one launch in ten with an executable of its own,
 * where it cannot hold back the app's `ready`. A launch takes a second, so one that took twenty is that, and is tried again.
 */
async function launchPatiently(
  options: Parameters<typeof _electron.launch>[0],
  attempts = 4,
): Promise<ElectronApplication> {
  try {
    return await _electron.launch({ ...options, timeout: 20_000 })
  } catch (error) {
    if (attempts === 1 || !(error instanceof Error && error.name === 'TimeoutError')) throw error
    return launchPatiently(options, attempts - 1)
  }
}

async function pidOf(electron: ElectronApplication, word: string): Promise<number> {
  const metrics = await electron.evaluate(({ app }) =>
    app.getAppMetrics().map(({ pid, name, serviceName }) => ({ pid, label: `${name ?? ''} ${serviceName ?? ''}` })),
  )
  const found = metrics.find(({ label }) => label.includes(word))
  if (!found) throw new Error(`no process of the app is called ${word}: ${JSON.stringify(metrics)}`)
  return found.pid
}

interface Fixtures {
  /** A folder of this test alone, removed afterwards. */
  directory: string
  /** An app that knows no cluster but its own sandbox. */
  app: RunningApp
}

interface WorkerFixtures {
  /** The cluster of this file: the sandbox, or the one named in CONSOLE_TEST_KUBECONFIG. */
  cluster: TestCluster
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  directory: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'console-e2e-'))
    await use(directory)
    await rm(directory, { recursive: true, force: true })
  },
  app: async ({ directory }, use) => {
    const dataDirectory = join(directory, 'data')
    await mkdir(dataDirectory)
    const sandboxState = await temporaryState()
    const app = await launchApp({ dataDirectory, kubeconfig: join(directory, 'no-kubeconfig'), sandboxState })
    await use(app)
    await app.close()
    await rm(sandboxState, { recursive: true, force: true })
  },
  cluster: [
    async ({}, use) => {
      const cluster = await startCluster()
      await use(cluster)
      await cluster.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})

export { expect } from '@playwright/test'
