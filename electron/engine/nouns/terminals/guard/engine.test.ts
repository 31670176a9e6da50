import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuditEntry } from '#shared/contract/audit.ts'
import type { TerminalQuestion } from '#shared/contract/terminals.ts'
import { judges } from '#shared/testing/judges.ts'
import { getObject } from '../../../kube/index.ts'
import type { EngineClient } from '../../../testing/client.ts'
import { testEngine, type TestEngine } from '../../../testing/testEngine.ts'
import type { TestNamespace } from '../../../testing/testNamespace.ts'
import { until } from '../../../testing/until.ts'

// A terminal of a whole engine, as the window opens it.
let whole: TestEngine
let place: TestNamespace
let client: EngineClient
let text = ''
const asked: TerminalQuestion[] = []
const ending = new AbortController()
const streamId = 'guarded-terminal'

const scope = () => whole.scope

beforeAll(async () => {
  whole = await testEngine('guarded')
  place = whole.place
  client = whole.client
  const { signal } = ending
  await client.app.updateSettings({ kubectlPath: (await judges()).kubectl })
  for await (const { context } of await client.clusters.checks({ contexts: [scope().context] }, { signal }))
    if (context === scope().context) break
  await client.clusters.setEnvironment({ context: scope().context, environment: 'production' })
  await place.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } })
  // Both end with the engine.
  watch().catch(() => undefined)
  show().catch(() => undefined)
  await until(() => /[$#%>] /.test(text), 'the prompt')
})
afterAll(async () => {
  ending.abort()
  await whole.stop()
})

async function watch(): Promise<void> {
  for await (const { questions } of await client.terminals.guard(undefined, { signal: ending.signal }))
    for (const question of questions) if (!asked.some(({ id }) => id === question.id)) asked.push(question)
}

async function show(): Promise<void> {
  const opening = { ...scope(), streamId, columns: 200, rows: 40 }
  for await (const output of await client.terminals.kubectl(opening, { signal: ending.signal }))
    if (output.type === 'data') text += output.data
}

/** Runs a command in the terminal; `answer` says what the person does with what it asks. */
async function run(
  command: string,
  answer?: (question: TerminalQuestion) => Parameters<EngineClient['terminals']['answer']>[0],
): Promise<string> {
  const from = text.length
  const count = asked.length
  await client.terminals.input({ streamId, data: `${command}; echo ended-$((40 + 2))\r` })
  if (answer) {
    await until(() => asked.length > count, `the question of ${command}`)
    const question = asked.at(-1)
    if (question) await client.terminals.answer(answer(question))
  }
  await until(() => text.slice(from).includes('ended-42'), `the end of ${command}`)
  return text.slice(from)
}

const refuse = ({ id, context }: TerminalQuestion) => ({ ...scope(), context, id, answer: 'refuse' as const })

async function entries(): Promise<AuditEntry[]> {
  return (await client.audit.list({ limit: 100 })).filter(({ action }) => action === 'terminals.write')
}

it('asks about every kind of write, each as what it is', async () => {
  const at = `/api/v1/namespaces/${scope().namespace}`
  const kinds = [
    ['kubectl create configmap made', 'create'],
    ['kubectl get configmap kept -o yaml | kubectl replace -f -', 'update'],
    ['kubectl label configmap kept a=b', 'patch'],
    ['kubectl delete configmap kept', 'delete'],
    [`kubectl delete --raw ${at}/configmaps`, 'deletecollection'],
    ['kubectl exec box -- id', 'connect'],
    ['kubectl create --raw /healthz -f /dev/null', 'unclear'],
  ] as const
  // exec looks for its pod first.
  await place.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'box' },
    spec: { containers: [{ name: 'a', image: 'x' }] },
  })
  for (const [command, verb] of kinds) {
    expect(await run(command, refuse), command).toContain("Refused in the console's window")
    expect(asked.at(-1)).toMatchObject({ verb, streamId, context: scope().context })
  }
  const found = await entries()
  // kubectl tries exec a second time over an older protocol: the same no holds.
  expect(found).toHaveLength(kinds.length + 1)
  expect(found.every(({ outcome, by }) => outcome === 'refused' && by === 'maya')).toBe(true)
})

it('lets through what was allowed, with the name of the cluster where that is asked for, and keeps what became of it', async () => {
  const once = ({ id, context }: TerminalQuestion) => ({ ...scope(), context, id, answer: 'once' as const })
  expect(await run('kubectl create configmap made', once)).toContain('configmap/made created')
  const at = { apiVersion: 'v1', kind: 'ConfigMap', namespace: scope().namespace }
  await expect(getObject(place.connection, { ...at, name: 'made' })).resolves.toBeDefined()
  const [end, start] = await entries()
  expect([start?.outcome, end?.outcome]).toEqual(['started', 'done'])
  expect(end).toMatchObject({ details: { names: ['made'], status: 201 } })

  const command = `kubectl delete --raw /api/v1/namespaces/${scope().namespace}/configmaps`
  const from = asked.length
  await client.terminals.input({ streamId, data: `${command}; echo all-$((40 + 2))\r` })
  await until(() => asked.length > from, 'the question')
  const question = asked.at(-1)
  if (!question) throw new Error('nothing was asked')
  await expect(client.terminals.answer(once(question))).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED' })
  await client.terminals.answer({ ...once(question), confirmation: { typedName: question.cluster } })
  await until(() => text.includes('all-42'), 'the end')
  await expect(getObject(place.connection, { ...at, name: 'kept' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(client.terminals.answer(once(question))).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

it('asks nothing for a while where that was said, and again when it is locked', async () => {
  const forAWhile = ({ id, context }: TerminalQuestion) => ({ ...scope(), context, id, answer: 'forAWhile' as const })
  expect(await run('kubectl create configmap one', forAWhile)).toContain('created')
  expect(await run('kubectl create configmap two')).toContain('created')
  await client.terminals.lock({ streamId })
  expect(await run('kubectl create configmap three', refuse)).toContain('Refused')
})
