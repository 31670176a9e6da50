/**
 * Starts a real engine on one data directory after the other, and says of each what it found. On stdin: the orders as JSON; on stdout: a
 * report a line. The process has the rights of whoever starts it, so that a missing permission is one.
 */
import { json } from 'node:stream/consumers'
import { MessageChannel } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { createEngine } from '../index.ts'
import { fileProblemFound } from '../storage/fileProblems.ts'
import { claimDirectory } from '../storage/directoryLock.ts'
import type { FileProblem } from '#shared/contract/app.ts'
import type { EngineClient } from './client.ts'
import { testHost } from './testHost.ts'

export interface StartOrder {
  name: string
  directory: string
  kubeconfig?: string
  /** Environment variables of the person. */
  variables?: Record<string, string>
  /** The context of the kubeconfig is looked at. */
  checks?: boolean
}

export interface StartReport {
  name: string
  directory: string
  answers: boolean
  problems: FileProblem[]
  kubeconfigs: { path: string; message: string }[]
  checks: boolean
  /** What a look at each context failed with. */
  faults: string[]
  /** How a call that writes ended: done, or its code. */
  writes: string
}

for (const order of (await json(process.stdin)) as StartOrder[]) console.log(JSON.stringify(await start(order)))
process.exit(0)

async function start({ name, directory, kubeconfig, variables, checks = false }: StartOrder): Promise<StartReport> {
  process.env.KUBECONFIG = kubeconfig ?? '/does/not/exist'
  const problems: FileProblem[] = []
  const stopListening = fileProblemFound.on((problem) => problems.push(problem))
  const release = claimDirectory(directory, 'maya')
  const environment = Promise.resolve({ ...process.env, ...variables })
  const host = { ...(await testHost()), dataDirectory: directory, environment }
  const engine = createEngine(host)
  // A plain client: what the others note of the contract would be written with rights that this process does not have.
  const { port1, port2 } = new MessageChannel()
  engine.serve(port1)
  const client: EngineClient = createORPCClient(new RPCLink({ port: port2 }))
  port1.start()
  port2.start()
  try {
    return { name, directory, checks, ...(await ask(client, checks)), problems }
  } finally {
    port1.close()
    port2.close()
    await engine.stop()
    release()
    stopListening()
  }
}

async function ask(client: EngineClient, checks: boolean) {
  const info = await client.app.info()
  await client.app.settings()
  await client.tasks.history({ limit: 10 })
  await client.audit.list({ limit: 10 })
  await client.audit.verify({})
  const writes = await client.app.updateSettings({ singleKeys: false }).then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)),
  )
  let found: { kubeconfigs: StartReport['kubeconfigs']; faults: string[] } = { kubeconfigs: [], faults: [] }
  if (checks) await client.clusters.check({})
  for await (const { contexts, problems } of await client.clusters.watch(undefined)) {
    const faults = [...contexts.map(({ fault }) => fault?.message), ...problems.map(({ message }) => message)]
    found = { kubeconfigs: problems, faults: faults.filter((message) => message !== undefined) }
    break
  }
  return { answers: info.user === 'maya', writes, ...found }
}
