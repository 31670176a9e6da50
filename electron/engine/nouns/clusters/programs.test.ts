import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ProgramAnswer, ProgramQuestion } from '#shared/rpc/host.ts'
import { writeKubeconfig } from '../../testing/kubeconfig.ts'
import { isInterpreter } from './programCalls.ts'
import { looked, rowOf, testConsole, type TestConsole } from './testing/console.ts'

/** A program on disk that hands out a token, as a kubeconfig names one, and leaves a trace of each run. */
const script = (token: string) =>
  `#!/bin/sh\necho run >> "$(dirname "$0")/runs"\nprintf '{"status":{"token":"${token}"}}'\n`

let world: TestConsole
let program: string
let asked: ProgramQuestion[]

beforeEach(async () => {
  world = await testConsole()
  program = join(world.host.dataDirectory, 'sign-in')
  asked = []
  await writeProgram('first')
  await useProgramIn('prod-eu-1')
})
afterEach(() => world.stop())

const writeProgram = (token: string) => writeFile(program, script(token), { mode: 0o700 })
const useProgramIn = (...contexts: string[]) => useProgram(contexts)
const useProgram = (contexts: string[], args = ['get-token', '--secret=s3cr3t'], profile = 'admin') =>
  writeKubeconfig(
    world.kubeconfig,
    world.server,
    contexts.map((context) => ({
      context,
      user: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: program,
          args,
          env: [{ name: 'PROFILE', value: profile }],
          interactiveMode: 'Never',
        },
      },
    })),
  )
const answer = (given: ProgramAnswer) => {
  world.host.answerProgram = (question) => {
    asked.push(question)
    return given
  }
}
const hasRun = () => existsSync(join(world.host.dataDirectory, 'runs'))
const id = 'context:prod-eu-1'
/** Its cluster, as far as the kubeconfig tells. */
const certificate = expect.stringMatching(/^certificate:/) as string

it('asks before the first run, with the absolute path, the hash, the arguments and the context', async () => {
  answer('these')
  const row = await looked(await world.start(), id)
  expect(row).toMatchObject({ health: 'healthy', role: 'administrator' })
  const sha256 = createHash('sha256').update(script('first')).digest('hex')
  const args = ['get-token', '--secret=s3cr3t']
  const question = {
    context: 'prod-eu-1',
    path: program,
    sha256,
    args,
    variables: [{ name: 'PROFILE', value: 'admin' }],
    mayWiden: true,
  }
  expect(asked).toEqual([question])
  expect(world.server.requestsTo('/version')[0]?.headers.authorization).toBe('Bearer first')
})

it('runs nothing that was refused, says so, and does not ask again in this session', async () => {
  answer('no')
  const clusters = await world.start()
  const row = await looked(clusters, id)
  expect(row).toMatchObject({
    health: 'unreachable',
    fault: { code: 'FORBIDDEN', details: { execPlugin: program, consent: 'program' } },
  })
  await clusters.check(id)
  const connection = await clusters.connection(id)
  await expect(connection.request('GET', '/version')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(asked).toHaveLength(1)
  expect(hasRun()).toBe(false)
})

it('asks again in the next session after a refusal, but not after a yes', async () => {
  answer('no')
  await looked(await world.start(), id)
  answer('these')
  await looked(await world.start(), id)
  expect(asked).toHaveLength(2)
  await looked(await world.start(), id)
  expect(asked).toHaveLength(2)
})

it('asks again when the file has changed, and does not take the earlier version back unasked', async () => {
  answer('these')
  const clusters = await world.start()
  await looked(clusters, id)
  await writeProgram('second')
  await clusters.check(id)
  expect(asked).toHaveLength(2)
  expect(asked[1]?.sha256).not.toBe(asked[0]?.sha256)
  await writeProgram('first')
  answer('no')
  await clusters.check(id)
  expect(asked).toHaveLength(3)
  expect(rowOf(clusters, id)).toMatchObject({ health: 'unreachable', fault: { code: 'FORBIDDEN' } })
})

it('asks again for other arguments and other variables, and not again for those that were allowed', async () => {
  answer('these')
  await looked(await world.start(), id)
  await useProgram(['prod-eu-1'], ['-c', 'something else'])
  await looked(await world.start(), id)
  expect(asked).toHaveLength(2)
  await useProgram(['prod-eu-1'], undefined, 'another')
  await looked(await world.start(), id)
  expect(asked).toHaveLength(3)
  await useProgramIn('prod-eu-1')
  await looked(await world.start(), id)
  expect(asked).toHaveLength(3)
})

it('takes a yes to any arguments for all arguments, but not for other variables', async () => {
  answer('any')
  await looked(await world.start(), id)
  await useProgram(['prod-eu-1'], ['get-token', '--cluster=other'])
  await looked(await world.start(), id)
  expect(asked).toHaveLength(1)
  await useProgram(['prod-eu-1'], ['get-token'], 'another')
  await looked(await world.start(), id)
  expect(asked).toHaveLength(2)
})

it('never offers any arguments for a program that runs what its arguments say', () => {
  for (const path of ['/bin/sh', '/usr/bin/env', '/usr/bin/python3.11', '/x/powershell.exe', '/usr/bin/node'])
    expect([path, isInterpreter(path)]).toEqual([path, true])
  for (const path of ['/usr/local/bin/aws', '/usr/bin/kubelogin', '/opt/gke-gcloud-auth-plugin'])
    expect([path, isInterpreter(path)]).toEqual([path, false])
})

it('asks once for a program that many contexts use, and waits for the answer as long as it takes', async () => {
  await useProgramIn('prod-eu-1', 'prod-eu-2', 'prod-eu-3')
  let decide: (given: ProgramAnswer) => void = () => undefined
  world.host.answerProgram = (question) => {
    asked.push(question)
    return new Promise((resolve) => (decide = resolve))
  }
  const clusters = await world.start()
  await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(1)
  expect(rowOf(clusters, id).health).toBe('checking')
  expect(hasRun()).toBe(false)
  decide('these')
  for (const name of ['prod-eu-1', 'prod-eu-2', 'prod-eu-3']) {
    expect(await looked(clusters, `context:${name}`)).toMatchObject({ health: 'healthy' })
  }
  expect(asked).toHaveLength(1)
})

it.each([
  ['many arguments', Array.from({ length: 400 }, (_, index) => `--flag=${index}`)],
  ['one long argument', ['x'.repeat(4000)]],
  ['an argument of many lines, all of them shown', ['\n'.repeat(2000)]],
  ['arguments of nothing but blanks', [' '.repeat(800)]],
])('refuses %s, which a dialog would cut, without asking', async (_what, args) => {
  answer('any')
  await useProgram(['prod-eu-1'], args)
  const row = await looked(await world.start(), id)
  expect(row).toMatchObject({ health: 'unreachable', fault: { code: 'FORBIDDEN' } })
  expect(row.fault?.message).toContain('more than a dialog can show')
  expect(asked).toEqual([])
  expect(hasRun()).toBe(false)
})

it('refuses values of variables that a dialog would cut', async () => {
  answer('any')
  await useProgram(['prod-eu-1'], [], 'x'.repeat(4000))
  expect((await looked(await world.start(), id)).fault?.message).toContain('more than a dialog can show')
  expect(asked).toEqual([])
})

it('connects to nothing before the program is allowed', async () => {
  let decide: (given: ProgramAnswer) => void = () => undefined
  world.host.answerProgram = (question) => {
    asked.push(question)
    return new Promise((resolve) => (decide = resolve))
  }
  const clusters = await world.start()
  await expect.poll(() => asked.length).toBe(1)
  expect(rowOf(clusters, id).health).toBe('checking')
  expect(world.server.connections).toBe(0)
  decide('no')
  await looked(clusters, id)
  expect(world.server.connections).toBe(0)
})

it('writes both answers down, without the arguments', async () => {
  answer('no')
  await looked(await world.start(), id)
  answer('these')
  await looked(await world.start(), id)
  const entries = await world.audit.list(10)
  expect(entries.map(({ action, outcome, cluster }) => [action, outcome, cluster])).toEqual([
    ['clusters.approveProgram', 'done', certificate],
    ['clusters.approveProgram', 'refused', certificate],
  ])
  expect(entries[0]?.details).toMatchObject({ path: program, sha256: asked[1]?.sha256, context: 'prod-eu-1' })
  expect(await readFile(join(world.host.dataDirectory, 'audit', 'audit.jsonl'), 'utf8')).not.toContain('s3cr3t')
})
