import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { temporaryState } from '#shared/testing/cluster.ts'
import { judges } from '#shared/testing/judges.ts'
import { launchApp } from '../electron/e2e/app.ts'
import { build } from './build/build.ts'
import { steps } from './demo/steps.ts'
import { publish, walk } from './demo/walk.ts'
import { openDisplay } from './setup/display.ts'
import { electronRuntime } from './setup/electronRuntime.ts'
import { ensure } from './setup/ensure.ts'

// `npm run demo`: the whole main job in the real window, by itself. Pictures go to out/demo/; with `-- --publish` those of the
// README are taken over into docs/pictures/.
const inReadme = ['fleet', 'deploy', 'overview', 'workloads', 'logs', 'restore', 'restored', 'verified']
await ensure(['window', 'sandbox'])
console.log((await electronRuntime(console.log)).description)
await build()
const display = await openDisplay(console.log)
if (display.name !== undefined) {
  process.env.DISPLAY = display.name
  process.env.CONSOLE_VIRTUAL_DISPLAY = '1'
}
const dataDirectory = await mkdtemp(join(tmpdir(), 'console-demo-'))
// A machine without kubectl gets the one the tests use.
await writeFile(join(dataDirectory, 'settings.json'), JSON.stringify({ kubectlPath: (await judges()).kubectl }))
const sandboxState = await temporaryState()
const app = await launchApp({ dataDirectory, kubeconfig: join(dataDirectory, 'no-kubeconfig'), sandboxState })
app.page.setDefaultTimeout(30_000)
try {
  const count = await walk(app.page, steps)
  if (process.argv.includes('--publish')) await publish(steps, inReadme)
  console.log(`demo: ${count} steps passed`)
} catch (error) {
  console.log(`demo: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  await app.close()
  display.stop()
  await rm(dataDirectory, { recursive: true, force: true })
  await rm(sandboxState, { recursive: true, force: true })
}
