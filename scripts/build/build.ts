import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build as bundle } from 'esbuild'
import { build as buildPage } from 'vite'
import { projectRoot } from '../setup/projectRoot.ts'
import { run } from '../setup/run.ts'
import { absent, external } from './external.ts'

/** Programs of `server/`, each one file that runs by itself. */
const programs = {
  sandbox: 'server/sandbox/main.ts',
  suite: 'server/main.ts',
  podBootstrap: 'server/sandbox/node/podBootstrap.ts',
}

/** What CommonJS packages expect to find in an ES module that contains them. */
export const commonJs = [
  "import { createRequire as __createRequire } from 'node:module'",
  "import { dirname as __dirnameOf } from 'node:path'",
  "import { fileURLToPath as __fileOf } from 'node:url'",
  'const require = __createRequire(import.meta.url)',
  'const __filename = __fileOf(import.meta.url)',
  'const __dirname = __dirnameOf(__filename)',
].join('\n')

/** The services' side: what the sandbox runs, and what goes into the suite's image. */
export async function buildServer(): Promise<void> {
  const entryPoints = Object.fromEntries(
    Object.entries(programs)
      .map(([name, path]) => [name, join(projectRoot, path)] as const)
      .filter(([, path]) => existsSync(path)),
  )
  const outdir = join(projectRoot, 'out', 'server')
  // Shared files carry a hash in their name: those of an earlier build would stay forever.
  await rm(outdir, { recursive: true, force: true })
  await bundle({
    entryPoints,
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20.18',
    format: 'esm',
    // What services share lies beside them in files of its own: each parses only what it runs, and starts in half the time.
    splitting: true,
    // Bundled, because Electron's older Node cannot require() the ES modules that some of them pull in, and because it starts faster.
    external: [...external, ...absent],
    banner: { js: commonJs },
    sourcemap: true,
    logLevel: 'warning',
    absWorkingDir: projectRoot,
  })
  const page = join(projectRoot, 'server', 'frontend', 'page', 'vite.config.ts')
  if (existsSync(page)) {
    // Vite sets NODE_ENV for the whole process and leaves it; whatever is started after us must not inherit it.
    const { NODE_ENV } = process.env
    await buildPage({ configFile: page, logLevel: 'warn' })
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  }
}

/** Everything that `npm start` needs, in `out/`. */
export async function build(): Promise<void> {
  await Promise.all([
    buildServer(),
    run(
      process.execPath,
      [join(projectRoot, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'warn'],
      {
        cwd: projectRoot,
        inherit: true,
      },
    ),
  ])
}
