import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judges } from '#shared/testing/judges.ts'
import { record } from '../server/sandbox/recordings/recording.ts'
import { projectRoot } from './setup/projectRoot.ts'

// `npm run record -- --kubeconfig FILE [--out FILE]`: what a real Kubernetes answers to the commands that the sandbox is compared by.
const { values } = parseArgs({ options: { kubeconfig: { type: 'string' }, out: { type: 'string' } } })
if (values.kubeconfig === undefined) throw new Error('Name the cluster: npm run record -- --kubeconfig FILE')
const home = await mkdtemp(join(tmpdir(), 'console-record-'))
try {
  const { kubectl } = await judges()
  const recording = await record(kubectl, values.kubeconfig, home)
  const file = values.out ?? join(projectRoot, 'server/sandbox/recordings/kubernetes.json')
  await writeFile(file, `${JSON.stringify(recording, undefined, 2)}\n`)
  console.log(`${recording.outcomes.length} commands of ${recording.server} recorded in ${file}`)
} finally {
  await rm(home, { recursive: true, force: true })
}
