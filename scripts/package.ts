import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build as packageApp } from 'electron-builder'
import { build } from './build/build.ts'
import { electronRuntime } from './setup/electronRuntime.ts'
import { projectRoot } from './setup/projectRoot.ts'

// `npm run package`: installers of this platform under dist/. `npm run package -- dir` makes only the unpacked folder.
const onlyFolder = process.argv.includes('dir')

await build()
const runtime = await electronRuntime(console.log)
const work = await mkdtemp(join(tmpdir(), 'console-package-'))
try {
  // The runtime may carry a folder that points to this checkout; a packaged app must not.
  const dist = join(work, 'electron')
  await cp(dirname(runtime.executable), dist, { recursive: true })
  await rm(join(dist, 'resources', 'app'), { recursive: true, force: true })
  await packageApp({
    projectDir: projectRoot,
    config: { electronDist: dist },
    publish: 'never',
    ...(onlyFolder ? { dir: true } : {}),
  })
} finally {
  await rm(work, { recursive: true, force: true })
}
