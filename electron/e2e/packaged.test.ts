import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRawHeader, listPackage } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { temporaryState } from '#shared/testing/cluster.ts'
import { judges } from '#shared/testing/judges.ts'
import { packageApp } from '../../scripts/package/packageApp.ts'
import { projectRoot } from '../../scripts/setup/projectRoot.ts'
import { expect, test } from './app.ts'
import { startPackagedApp } from './packagedApp.ts'
import { processTree, survivors, workingIn } from './processTree.ts'
import { deploymentDone, enter, rail, screen, startDeployment } from './window.ts'

let output: string
/** The unpacked app. */
let folder: string

test.beforeAll(async () => {
  test.setTimeout(300_000)
  output = await mkdtemp(join(tmpdir(), 'console-packaged-'))
  await packageApp({ onlyFolder: true, output })
  const name = (await readdir(output)).find((entry) => entry.endsWith('unpacked'))
  if (name === undefined) throw new Error(`electron-builder left no unpacked folder in ${output}`)
  folder = join(output, name)
})

test.afterAll(() => rm(output, { recursive: true, force: true }))

const executable = () => join(folder, 'agency-swarm-console')
const archive = () => join(folder, 'resources', 'app.asar')

test('every fuse of the packaged executable is set to the safe side', async () => {
  const safe = {
    RunAsNode: FuseState.DISABLE,
    EnableCookieEncryption: FuseState.ENABLE,
    EnableNodeOptionsEnvironmentVariable: FuseState.DISABLE,
    EnableNodeCliInspectArguments: FuseState.DISABLE,
    EnableEmbeddedAsarIntegrityValidation: FuseState.ENABLE,
    OnlyLoadAppFromAsar: FuseState.ENABLE,
    LoadBrowserProcessSpecificV8Snapshot: FuseState.DISABLE,
    GrantFileProtocolExtraPrivileges: FuseState.DISABLE,
  }
  const wire = Object.entries(await getCurrentFuseWire(executable())).filter(([key]) => /^\d+$/.test(key))
  const named = Object.fromEntries(wire.map(([key, state]) => [FuseV1Options[Number(key)] ?? key, state]))
  expect(named).toMatchObject(safe)
  // Newer Electrons have one more, about speed: a fuse that this list does not know must be decided on.
  expect(Object.keys(named).filter((fuse) => !(fuse in safe) && fuse !== 'WasmTrapHandlers')).toEqual([])
})

test('the package holds what the app needs to run, and nothing of how it was made', async () => {
  const files = listPackage(archive(), { isPack: false })
  const manifest = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  const packages = new Set(files.map((path) => /^\/node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.[1]))
  expect(packages).toContain('@lydell/node-pty')
  expect([...packages].filter((name) => name !== undefined && name in manifest.devDependencies)).toEqual([])
  const madeOf = /\.map$|\.tsx?$|\.test\.|\/(tests?|testing|__tests__|e2e)\//
  expect(files.filter((path) => madeOf.test(path) && !path.endsWith('.d.ts'))).toEqual([])
  expect(files.filter((path) => /^\/(?!out|node_modules|package\.json)/.test(path))).toEqual([])
})

test('no file of the package names a place on the machine it was made on', async () => {
  const places = (await readdir(projectRoot)).map((name) => join(projectRoot, name))
  const naming: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const content = await readFile(join(entry.parentPath, entry.name))
    if (places.some((place) => content.includes(place))) naming.push(entry.name)
  }
  expect(naming).toEqual([])
})

test('every file in the archive carries its hash, against which macOS and Windows check what they load', () => {
  type Entry = { files: Record<string, Entry> } | { integrity?: unknown; link?: string }
  const lacking = (entry: Entry, path: string): string[] => {
    if ('files' in entry)
      return Object.entries(entry.files).flatMap(([name, child]) => lacking(child, `${path}/${name}`))
    return entry.integrity === undefined && entry.link === undefined ? [path] : []
  }
  expect(lacking(getRawHeader(archive()).header as Entry, '')).toEqual([])
})

test('the packaged app deploys the suite into its sandbox, has terminals, and leaves no process when it is killed', async () => {
  test.setTimeout(600_000)
  const sandboxState = await temporaryState()
  const kubectl = await kubectlFor(sandboxState)
  const app = await startPackagedApp(executable(), {
    CONSOLE_DATA_DIRECTORY: await dataDirectory({ kubectlPath: (await judges()).kubectl }),
    CONSOLE_SANDBOX_STATE: sandboxState,
    KUBECONFIG: join(output, 'no-kubeconfig'),
    // A browser that is killed leaves files there.
    TMPDIR: await temporaryDirectory(),
  })
  try {
    const { page } = app
    await test.step('start the sandbox and deploy the suite', async () => {
      await page.getByRole('button', { name: 'Start the sandbox' }).first().click()
      const sandbox = page.locator('[data-row="sandbox"]')
      await expect(sandbox).toContainText(/healthy|not deployed/i, { timeout: 60_000 })
      await sandbox.click()
      await expect(page.getByRole('button', { name: 'Cluster sandbox' })).toBeVisible()
      await startDeployment(page)
      await deploymentDone(page)
    })
    // Migrations, password hashes and the queue work only when what is outside of the bundles is found in the archive.
    await test.step('kubectl sees every service ready', async () => {
      const columns = 'custom-columns=NAME:.metadata.name,WANTED:.spec.replicas,READY:.status.readyReplicas'
      const isReady = () => {
        const rows = kubectl('get', 'deployments,statefulsets', '--no-headers', '-o', columns).split('\n')
        return rows.map((row) => row.replace(/\s+(\d+)\s+\1$/, ' ready'))
      }
      const names = ['agency-swarm-agents', 'agency-swarm-backend', 'agency-swarm-frontend', 'agency-swarm-mcp']
      const services = [...names, 'redis', 'postgresql'].map((name) => `${name} ready`).sort()
      await expect.poll(() => isReady().sort(), { timeout: 60_000 }).toEqual(services)
    })
    await test.step('the suite serves its page from the archive', async () => {
      const host = kubectl('get', 'endpoints', 'agency-swarm-frontend', '-o', 'jsonpath={.subsets[0].addresses[0].ip}')
      const site = await fetch(`http://${host}:3737/`)
      const script = /src="([^"]+\.js)"/.exec(await site.text())?.[1] ?? 'no script'
      const served = await fetch(new URL(script, site.url))
      expect([served.status, served.headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')])
    })
    await test.step('descriptions of fields are in the archive', () => {
      expect(kubectl('explain', 'deployment.spec.replicas')).toContain('Number of desired pods')
    })
    await test.step('a terminal of the app opens a terminal in a pod', async () => {
      await rail(page, 'Workloads').click()
      await page.keyboard.press('Control+Shift+T')
      await expect(screen(page)).toContainText(/[$#%>]/, { timeout: 30_000 })
      const command = 'kubectl exec -it postgresql-0 -- sh -c "tty; echo answer: $((6 * 7))"'
      await enter(page, command, /\/dev\/pts\/\d+\s*answer: 42/)
    })
    expect(workingIn(sandboxState).map(({ name }) => name)).toContainEqual(expect.stringContaining('postgres'))
  } finally {
    const started = processTree(app.pid)
    await app.kill()
    const left = () => [...survivors(started), ...workingIn(sandboxState)].map(({ name }) => name)
    await expect.poll(left, { timeout: 60_000 }).toEqual([])
    await rm(sandboxState, { recursive: true, force: true })
  }
})

async function dataDirectory(settings: object): Promise<string> {
  const directory = join(output, 'data')
  await mkdir(directory)
  await writeFile(join(directory, 'settings.json'), JSON.stringify(settings))
  return directory
}

/** Open to PostgreSQL, which is another user where the tests are root. */
async function temporaryDirectory(): Promise<string> {
  const directory = join(output, 'tmp')
  await mkdir(directory)
  await chmod(output, 0o711)
  await chmod(directory, 0o1777)
  return directory
}

/** kubectl as the sandbox's administrator. @returns what it prints, complaints included, so that a failed expectation shows them */
async function kubectlFor(sandboxState: string): Promise<(...args: string[]) => string> {
  const program = (await judges()).kubectl
  const always = ['--kubeconfig', join(sandboxState, 'kubeconfig'), '--context', 'sandbox', '-n', 'agency-swarm']
  return (...args) => {
    const { stdout, stderr } = spawnSync(program, [...always, ...args], { encoding: 'utf8' })
    return `${stdout}${stderr}`.trim()
  }
}
