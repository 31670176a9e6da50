import { spawn } from 'node:child_process'
import { build } from './build/build.ts'
import { openDisplay } from './setup/display.ts'
import { electronRuntime } from './setup/electronRuntime.ts'
import { ensure } from './setup/ensure.ts'
import { launchOptions } from './setup/launch.ts'

// `npm start`: sets up what is missing, builds, and opens the app.
await ensure(['window', 'sandbox'])
const runtime = await electronRuntime(console.log)
console.log(runtime.description)
await build()
const display = await openDisplay(console.log)
const { executablePath, args, env } = launchOptions(runtime, display)
const child = spawn(executablePath, [...args, ...process.argv.slice(2)], { env, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.once('exit', (code) => {
  display.stop()
  process.exitCode = code ?? 1
})
