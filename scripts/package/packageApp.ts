import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { build, type Configuration, type FileSet } from 'electron-builder'
import { parse } from 'yaml'
import { external } from '../build/external.ts'
import { electronRuntime } from '../setup/electronRuntime.ts'
import { projectRoot } from '../setup/projectRoot.ts'
import { runtimeModules } from './runtimeModules.ts'

export interface PackageChoices {
  /** Only the unpacked folder, no installer or archive. */
  onlyFolder: boolean
  /** Absolute; without it `dist` in the project. */
  output?: string
}

/** Makes what electron-builder.yml describes, from `out/` as it stands and with the Electron that the app runs on here. Needs no network. */
export async function packageApp({ onlyFolder, output }: PackageChoices): Promise<void> {
  const { executable } = await electronRuntime(console.log)
  const described = parse(await readFile(join(projectRoot, 'electron-builder.yml'), 'utf8')) as Configuration
  const files = [described.files ?? []].flat()
  await build({
    projectDir: projectRoot,
    publish: 'never',
    config: {
      electronDist: distributionOf(executable),
      electronVersion: await versionOf(executable),
      files: [...files, await modules(), declarations],
      // The only way to tell electron-builder to leave node_modules to us: it would take every dependency, bundled or not.
      beforeBuild: () => Promise.resolve(false),
      afterExtract: ({ appOutDir }) => removeForeignParts(appOutDir),
      ...(output === undefined ? {} : { directories: { output } }),
    },
    ...(onlyFolder ? { dir: true } : {}),
  })
}

/** What the bundles leave outside of themselves, without what only people and compilers read. */
async function modules(): Promise<FileSet> {
  const packages = await runtimeModules(external)
  const unread = [
    '**/*.{map,ts,mts,cts,md,markdown}',
    '**/*.test.*',
    '**/{test,tests,__tests__,docs,example,examples,bin}/**',
  ]
  return {
    from: 'node_modules',
    to: 'node_modules',
    filter: [...packages.map((folder) => `${folder}/**/*`), ...unread.map((pattern) => `!${pattern}`)],
  }
}

/** Where the sandbox finds the descriptions that `kubectl explain` shows. */
const declarations: FileSet = {
  from: 'node_modules/@kubernetes/client-node',
  to: 'node_modules/@kubernetes/client-node',
  filter: ['package.json', 'dist/index.js', 'dist/gen/models/*.d.ts'],
}

/** The folder that electron-builder calls a distribution: on macOS the one that holds Electron.app. */
function distributionOf(executable: string): string {
  return process.platform === 'darwin' ? join(dirname(executable), '..', '..', '..') : dirname(executable)
}

/** package.json may declare another version than the one that is found on a machine without network. */
async function versionOf(executable: string): Promise<string> {
  const { stdout } = await promisify(execFile)(executable, ['-p', 'process.versions.electron'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  })
  return stdout.trim()
}

/**
 * The fallback Electron carries a folder that points to this checkout, its mark, and 115 MB of another app's V8 snapshot, which is
 * never loaded with its fuse off.
 */
async function removeForeignParts(folder: string): Promise<void> {
  const foreign = ['resources/app', '.complete', 'browser_v8_context_snapshot.bin']
  for (const path of foreign) await rm(join(folder, path), { recursive: true, force: true })
}
