import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Permission } from '#shared/contract/base.ts'
import type { TerminalQuestion } from '#shared/contract/terminals.ts'
import { imageRegistry, startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import { judges } from '#shared/testing/judges.ts'
import { createObject, getObject, removeObject, waitFor, type ClusterConnection } from '../../../kube/index.ts'
import { connectTo } from '../../../testing/connectTo.ts'
import { sameCluster } from '../../../testing/sameCluster.ts'
import { until } from '../../../testing/until.ts'
import type { AuditFact } from '../../audit/log.ts'
import { Guard } from './guard.ts'
import { terminalKubeconfig } from './kubeconfig.ts'
import { startProxy, type TerminalProxy } from './proxy.ts'
import { Questions } from './questions.ts'

let cluster: TestCluster
let connection: ClusterConnection
let folder: string
let kubectlPath: string
let proxy: TerminalProxy
let questions: Questions
let role: Permission | undefined
let asked: TerminalQuestion[]
let audited: AuditFact[]
/** What the person answers; undefined leaves the question open. */
let says: 'refuse' | 'once' | 'forAWhile' | undefined
const namespace = `console-guard-${Date.now().toString(36)}`

beforeAll(async () => {
  cluster = await startCluster()
  folder = mkdtempSync(join(tmpdir(), 'console-guard-'))
  connection = connectTo(cluster)
  kubectlPath = (await judges()).kubectl
  await createObject(connection, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const container = {
    name: 'app',
    image: `${imageRegistry}busybox:1.36`,
    command: ['sh', '-c', 'trap "exit 0" TERM; echo hello from the log; while true; do sleep 1; done'],
  }
  const spec = { terminationGracePeriodSeconds: 1, containers: [container] }
  for (const name of ['box', 'other'])
    await createObject(connection, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec })
  for (const name of ['box', 'other'])
    await waitFor(connection, { resource: 'pods', namespace, name }, (pod) => pod?.status?.['phase'] === 'Running', {
      timeout: 90_000,
    })
})
afterAll(async () => {
  await removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: namespace }).catch(() => undefined)
  await connection.close()
  await cluster.stop()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  ;[role, asked, audited, says] = ['operator', [], [], 'refuse']
  questions = new Questions()
  const directory = {
    ...sameCluster,
    connection: () => Promise.resolve(connection),
    facts: () => ({ name: 'prod-eu-1', environment: 'production' as const, role }),
  }
  const audit = {
    append: (fact: AuditFact) => {
      audited.push(fact)
      return Promise.resolve({ ...fact, sequence: audited.length, at: 0, previousHash: '', hash: '' })
    },
  }
  const guard = new Guard({ directory, audit, user: 'maya', questions })
  const terminal = { streamId: 'stream-0001', context: 'context:prod', namespace, cluster: 'context:prod' }
  proxy = await startProxy({ terminal, guard, connection: () => Promise.resolve(connection) })
  writeFileSync(join(folder, 'config'), terminalKubeconfig(connection.context, namespace, proxy.door))
  void person()
})
afterEach(() => proxy.close())

/** Answers every question as the test wants it. */
async function person(): Promise<void> {
  for await (const { questions: open } of questions.watch()) {
    for (const question of open) {
      if (asked.some(({ id }) => id === question.id)) continue
      asked.push(question)
      if (says) questions.answer(question.id, question.context, says, question.level === 3 ? 'prod-eu-1' : undefined)
    }
  }
}

const environment = () => ({ PATH: process.env['PATH'], HOME: folder, KUBECONFIG: join(folder, 'config') })

async function kubectl(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(kubectlPath, words, { env: environment(), timeout: 60_000 })
    return { code: 0, out: stdout, err: stderr }
  } catch (thrown) {
    const { code, stdout = '', stderr = '' } = thrown as { code?: number; stdout?: string; stderr?: string }
    return { code: code ?? 1, out: stdout, err: stderr }
  }
}

const outcomes = () => audited.map(({ outcome }) => outcome)

it.each([
  ['get', 'pods', '-o', 'wide'],
  ['get', 'pods', '-A'],
  ['get', 'pod', 'box', '-o', 'yaml'],
  ['get', '--raw', '/version'],
  ['get', '--raw', '/apis/'],
  ['describe', 'pod', 'box'],
  ['logs', 'box'],
  ['explain', 'pods.spec'],
  ['api-resources'],
  ['version'],
  ['auth', 'can-i', 'delete', 'pods'],
  ['auth', 'can-i', '--list'],
  ['auth', 'whoami'],
  ['wait', '--for=condition=Ready', 'pod/box', '--timeout=30s'],
  ['delete', 'pod', 'box', '--dry-run=server'],
  ['create', 'configmap', 'dry', '--from-literal=a=b', '--dry-run=server', '-o', 'yaml'],
  ['label', 'pod', 'box', 'a=b', '--dry-run=server'],
  ['config', 'view'],
])('passes what only reads: %s %s %s %s', async (...words) => {
  const { code, err } = await kubectl(...words.filter((word) => word !== undefined))
  expect(err).toBe('')
  expect(code).toBe(0)
  expect([asked, audited]).toEqual([[], []])
})

it('shows the use of pods as soon as it was measured', async () => {
  await until(async () => (await kubectl('top', 'pods')).out.includes('box'), 'the figures')
  expect(asked).toEqual([])
})

it('follows a log and watches, as they are written', async () => {
  for (const words of [
    ['logs', '-f', 'box'],
    ['get', 'pods', '-w', '-o', 'name'],
  ]) {
    const child = spawn(kubectlPath, words, { env: environment() })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    await until(() => /hello from the log|pod\/box/.test(out), words.join(' '))
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    await ended
  }
  expect(asked).toEqual([])
})

it.each([
  [['delete', 'pod', 'box'], { verb: 'delete', resource: 'pods', names: ['box'], level: 2 }],
  [['delete', 'namespace', namespace], { verb: 'delete', resource: 'namespaces', names: [namespace], level: 3 }],
  [['delete', 'pods', '--all'], { verb: 'delete', resource: 'pods', level: 2 }],
  [['delete', '--raw', `/api/v1/namespaces/${namespace}/pods`], { verb: 'deletecollection', count: 2, level: 3 }],
  [['label', 'pod', 'box', 'a=b'], { verb: 'patch', resource: 'pods', names: ['box'] }],
  [['exec', 'box', '--', 'id'], { verb: 'connect', resource: 'pods/exec', names: ['box'] }],
  [['attach', 'box'], { verb: 'connect', resource: 'pods/attach' }],
  [['cp', `${namespace}/box:/etc/hostname`, 'copied'], { verb: 'connect', resource: 'pods/exec' }],
  [['create', 'configmap', 'made', '--from-literal=a=b'], { verb: 'create', resource: 'configmaps', names: ['made'] }],
  [['create', 'token', 'default'], { verb: 'create', resource: 'serviceaccounts/token' }],
  [['drain', 'nowhere', '--force', '--ignore-daemonsets'], undefined],
  [['get', '--raw', `/api/v1/namespaces/${namespace}/pods/box/proxy/`], { verb: 'connect', resource: 'pods/proxy' }],
  [['get', '--raw', `/api/v1/namespaces/${namespace}/pods/box/exec?command=id`], { verb: 'connect' }],
])('a no keeps the cluster as it is: %s', async (words, question) => {
  const { code, err } = await kubectl(...words)
  expect(code).not.toBe(0)
  if (question === undefined) {
    expect(asked).toEqual([])
    return
  }
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject(question)
  expect(err).toContain('It was not sent to the cluster.')
  expect(outcomes().every((outcome) => outcome === 'refused')).toBe(true)
  await expect(getObject(connection, { apiVersion: 'v1', kind: 'Pod', namespace, name: 'box' })).resolves.toBeDefined()
})

it('a yes lets a command through: create, apply, patch, scale, exec, cp, delete, each with its outcome', async () => {
  says = 'once'
  expect(await kubectl('create', 'configmap', 'made', '--from-literal=a=b')).toMatchObject({ code: 0 })
  expect(outcomes()).toEqual(['started', 'done'])
  expect(audited[0]).toMatchObject({ by: 'maya', action: 'terminals.write', namespace })
  // kubectl chooses JSON or its binary form by itself.
  expect(asked[0]?.content).toMatch(/\bb\b/)
  expect(asked[0]?.command).toBe('kubectl create configmap')
  expect(await kubectl('exec', 'box', '--', 'sh', '-c', 'echo $((6 * 7))')).toMatchObject({ code: 0, out: '42\n' })
  expect((await kubectl('exec', 'box', '--', 'sh', '-c', 'exit 3')).code).toBe(3)
  writeFileSync(join(folder, 'file'), 'x'.repeat(300_000))
  expect(await kubectl('cp', join(folder, 'file'), 'box:/tmp/file')).toMatchObject({ code: 0 })
  expect(await kubectl('cp', 'box:/tmp/file', join(folder, 'back'))).toMatchObject({ code: 0 })
  expect(readFileSync(join(folder, 'back'), 'utf8')).toHaveLength(300_000)
  expect(await kubectl('delete', 'configmap', 'made')).toMatchObject({ code: 0 })
  await until(() => outcomes().at(-1) === 'done', 'the last outcome')
  expect(outcomes().filter((outcome) => outcome === 'started')).toHaveLength(
    outcomes().filter((outcome) => outcome === 'done' || outcome === 'failed').length,
  )
})

it('an apply of many objects is allowed together for a while, and asked about again when it is locked', async () => {
  const objects = Array.from(
    { length: 12 },
    (_, index) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: many-${index} }\ndata: { a: b }\n`,
  )
  writeFileSync(join(folder, 'many.yaml'), objects.join('---\n'))
  says = 'forAWhile'
  expect(await kubectl('apply', '-f', join(folder, 'many.yaml'))).toMatchObject({ code: 0 })
  expect(asked).toHaveLength(1)
  expect(outcomes().filter((outcome) => outcome === 'done')).toHaveLength(12)
  expect(questions.state.allowed).toMatchObject([{ streamId: 'stream-0001' }])
  questions.lock('stream-0001')
  says = 'refuse'
  const { err } = await kubectl('delete', '-f', join(folder, 'many.yaml'))
  expect(err.match(/Refused in the console/g)?.length).toBeGreaterThan(0)
  // One no for the whole command.
  expect(asked).toHaveLength(2)
  expect((await kubectl('get', 'configmaps', '-o', 'name')).out.match(/many-/g)).toHaveLength(12)
})

it('an allowance does not cover what asks for the name of the cluster', async () => {
  says = 'forAWhile'
  await kubectl('label', 'pod', 'box', 'a=c', '--overwrite')
  says = 'refuse'
  await kubectl('delete', 'namespace', namespace)
  expect(asked).toHaveLength(2)
})

it('edit asks about the patch', async () => {
  says = 'once'
  writeFileSync(join(folder, 'editor'), '#!/bin/sh\nsed -i "s/^  labels:/  labels:\\n    edited: yes-it-is/" "$1"\n', {
    mode: 0o755,
  })
  await kubectl('label', 'pod', 'box', 'first=one', '--overwrite')
  const { code } = await promisify(execFile)(kubectlPath, ['edit', 'pod', 'box'], {
    env: { ...environment(), EDITOR: join(folder, 'editor') },
  }).then(
    () => ({ code: 0 }),
    () => ({ code: 1 }),
  )
  expect(code).toBe(0)
  expect(asked.at(-1)).toMatchObject({ verb: 'patch', resource: 'pods', names: ['box'] })
  expect(asked.at(-1)?.content).toContain('yes-it-is')
})

it('forwards a port after one yes', async () => {
  says = 'once'
  const child = spawn(kubectlPath, ['port-forward', 'pod/box', ':9'], { env: environment() })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  await until(() => /Forwarding from 127/.test(out), 'the forward')
  expect(asked).toMatchObject([{ verb: 'connect', resource: 'pods/portforward' }])
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  await ended
  await until(() => outcomes().at(-1) === 'done', 'its end')
})

it('kubectl proxy leads through the guard, too', async () => {
  const child = spawn(kubectlPath, ['proxy', '--port=0'], { env: environment() })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  await until(() => /127\.0\.0\.1:\d+/.test(out), 'the proxy')
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(out)?.[1])
  const send = (method: string, path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      request({ port, method, path }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
        .once('error', reject)
        .end()
    })
  expect(await send('GET', `/api/v1/namespaces/${namespace}/pods`)).toBe(200)
  expect(await send('DELETE', `/api/v1/namespaces/${namespace}/pods/box`)).toBe(403)
  expect(asked).toHaveLength(1)
  child.kill()
})

it('a command that is stopped takes its question along', async () => {
  says = undefined
  const child = spawn(kubectlPath, ['delete', 'pod', 'box'], { env: environment() })
  await until(() => asked.length === 1, 'the question')
  child.kill('SIGKILL')
  await until(() => questions.state.questions.length === 0, 'the question to go')
  await until(() => outcomes().at(-1) === 'cancelled', 'the entry')
})

it.each([
  ['read_only' as const, 'read only'],
  [undefined, 'not known yet'],
])('a role of %s is refused without a question', async (given, words) => {
  role = given
  says = 'once'
  const { err } = await kubectl('delete', 'pod', 'box')
  expect(err).toContain(words)
  expect(asked).toEqual([])
  expect(outcomes()).toEqual(['refused'])
  expect((await kubectl('get', 'pods')).code).toBe(0)
})
