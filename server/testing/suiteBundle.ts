import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { build as bundle } from 'esbuild'

const repository = join(import.meta.dirname, '../..')

/** What the bundled CommonJS packages expect to find. */
const commonJs = [
  "import { createRequire as __createRequire } from 'node:module'",
  "import { dirname as __dirnameOf } from 'node:path'",
  "import { fileURLToPath as __fileOf } from 'node:url'",
  'const require = __createRequire(import.meta.url)',
  'const __filename = __fileOf(import.meta.url)',
  'const __dirname = __dirnameOf(__filename)',
].join('\n')

/** Native parts, packages that find their own files beside them, and variants that are not installed. */
const external = ['@node-rs/argon2', 'graphile-worker', 'node-pg-migrate', 'pg-native', 'bufferutil', 'utf-8-validate']

/** The suite as one file, with its packages, in a new folder: it starts in half the time that it needs without them. */
export async function bundleSuite(purpose: string): Promise<{ readonly folder: string; readonly program: string }> {
  // Inside the repository: the bundle finds the packages that it does not contain in node_modules above it.
  mkdirSync(join(repository, 'out'), { recursive: true })
  const folder = mkdtempSync(join(repository, `out/${purpose}-`))
  const program = join(folder, 'suite.js')
  await bundle({
    entryPoints: [join(repository, 'server/main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20.18',
    format: 'esm',
    external,
    banner: { js: commonJs },
    logLevel: 'error',
  })
  return { folder, program }
}
