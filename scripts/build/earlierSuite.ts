import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build as bundle, type Plugin } from 'esbuild'
import { projectRoot } from '../setup/projectRoot.ts'
import { commonJs } from './build.ts'
import { absent, external } from './external.ts'

/** The release before this one, as far as an upgrade can tell: its version, and a database without the newest migration. */
function earlier(version: string): Plugin {
  return {
    name: 'earlier-suite',
    setup(build) {
      build.onLoad({ filter: /migrations[\\/]index\.ts$/ }, async ({ path }) => {
        const text = (await readFile(path, 'utf8')).replace('export const migrations', 'const all')
        return { contents: `${text}\nexport const migrations = all.slice(0, -1)\n`, loader: 'ts' }
      })
      build.onLoad({ filter: /common[\\/]version\.ts$/ }, () => ({
        contents: `export const version = ${JSON.stringify(version)}\n`,
        loader: 'ts',
      }))
    },
  }
}

/**
 * Builds a suite that is one migration older, beside this one: the sandbox runs it where an image has its tag, and tests of upgrades
 * have something to upgrade from.
 * @returns the program
 */
export async function buildEarlierSuite(version: string): Promise<string> {
  const outfile = join(projectRoot, 'out', 'server', `suite-${version}.js`)
  await bundle({
    entryPoints: [join(projectRoot, 'server/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.18',
    format: 'esm',
    external: [...external, ...absent],
    banner: { js: commonJs },
    plugins: [earlier(version)],
    logLevel: 'warning',
    absWorkingDir: projectRoot,
  })
  return outfile
}
