import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { build as bundle } from 'esbuild'
import { build as buildPage } from 'vite'
import { commonJs } from '../build/build.ts'
import { absent, external } from '../build/external.ts'
import { runtimeModules } from '../package/runtimeModules.ts'
import { projectRoot } from '../setup/projectRoot.ts'

/** Of the packages that no bundle contains, those that the desktop app alone uses. */
const desktopOnly = new Set(['@lydell/node-pty'])

/**
 * What the suite's image holds in /app, and nothing else: the services, their page, and the packages that cannot be bundled. Run by the
 * Containerfile, in its first stage.
 */
async function writeContent(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  await bundle({
    entryPoints: { suite: join(projectRoot, 'server/main.ts') },
    outdir: directory,
    bundle: true,
    platform: 'node',
    target: 'node20.18',
    format: 'esm',
    splitting: true,
    external: [...external, ...absent],
    banner: { js: commonJs },
    // Names stay, so that a stack trace can be read without a map.
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    logLevel: 'warning',
    absWorkingDir: projectRoot,
  })
  const configFile = join(projectRoot, 'server/frontend/page/vite.config.ts')
  await buildPage({ configFile, logLevel: 'warn', build: { outDir: join(directory, 'frontend'), emptyOutDir: true } })
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }\n')
  const modules = join(projectRoot, 'node_modules')
  for (const name of await runtimeModules(external.filter((each) => !desktopOnly.has(each)))) {
    const from = join(modules, name)
    // Packages inside a package are in the list themselves.
    const filter = (path: string) => !relative(from, path).split(sep).includes('node_modules')
    await cp(from, join(directory, 'node_modules', name), { recursive: true, dereference: true, filter })
  }
}

const [directory] = process.argv.slice(2)
if (directory === undefined) throw new Error('Say where the content of the image goes.')
await writeContent(resolve(directory))
