import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildServer } from './build/build.ts'
import { ensure } from './setup/ensure.ts'
import { projectRoot } from './setup/projectRoot.ts'

// `npm run sandbox`: the cluster alone. Its first line names the kubeconfig.
await ensure(['sandbox'])
await buildServer()
const child = spawn(process.execPath, [join(projectRoot, 'out/server/sandbox.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.once('exit', (code) => (process.exitCode = code ?? 1))
