import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loginEnvironment } from './loginEnvironment.ts'
import { until } from '../testing/until.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'console-login-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const desktop = () => ({ PATH: '/usr/bin:/bin', HOME: home, SHELL: '/bin/bash', KEPT: 'as it was' })
const profile = (text: string) => writeFile(join(home, '.bash_profile'), text)

it('adds what start-up files set to what the app was started with', async () => {
  await profile('echo Welcome!\nexport PATH="$PATH:$HOME/tools/bin" KUBECONFIG=/etc/company/kubeconfig\n')
  const found = await loginEnvironment(desktop())
  expect(found).toMatchObject({
    PATH: expect.stringContaining(`:${home}/tools/bin`) as string,
    KUBECONFIG: '/etc/company/kubeconfig',
    KEPT: 'as it was',
  })
  expect(found['SHLVL']).toBeUndefined()
})

it('keeps values of more than one line whole', async () => {
  await profile(`export PATH=/opt/bin NOTE=$'first line\\nPATH=/not/a/path\\nlast line'\n`)
  const found = await loginEnvironment(desktop())
  expect(found).toMatchObject({ NOTE: 'first line\nPATH=/not/a/path\nlast line', PATH: '/opt/bin' })
})

it('keeps what it has when started in a terminal', async () => {
  await profile('export PATH=/elsewhere\n')
  const own = { ...desktop(), TERM: 'xterm-256color' }
  expect(await loginEnvironment(own)).toEqual(own)
})

it.each([
  ['is missing', '/nowhere/shell', ''],
  ['is no shell', '/bin/true', ''],
  ['fails in its start-up files', '/bin/bash', 'exit 3\n'],
])('keeps what it has when the shell %s', async (_case, SHELL, text) => {
  await profile(text)
  const own = { ...desktop(), SHELL }
  expect(await loginEnvironment(own)).toEqual(own)
})

it('gives up on start-up files that hang, and leaves none of their processes behind', async () => {
  await profile('echo $$ > "$HOME/pid"; sleep 1000\n')
  const own = desktop()
  expect(await loginEnvironment(own)).toEqual(own)
  const pid = Number(readFileSync(join(home, 'pid'), 'utf8'))
  await until(() => !existsSync(`/proc/${pid}`) || isZombie(pid), 'the end of the shell')
})

it('does not wait for what start-up files leave running', async () => {
  await profile('sleep 1000 & export AGENT=$!\n')
  const { AGENT } = await loginEnvironment(desktop())
  // It still runs, as an agent that a start-up file begins should.
  process.kill(Number(AGENT), 'SIGTERM')
})

function isZombie(pid: number): boolean {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
}
