import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findProgram, runExecPlugin } from './execPlugin.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'console-programs-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const place = (name: string): string => {
  mkdirSync(join(folder, name))
  return join(folder, name)
}
const program = (path: string, script = 'true', mode = 0o755): string => {
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, mode)
  return path
}

it('finds a program as the system does: the first file in PATH that may be executed', async () => {
  const [first, second, third] = [place('first'), place('second'), place('third')]
  mkdirSync(join(first, 'kubelogin'))
  program(join(second, 'kubelogin'), 'true', 0o644)
  const found = program(join(third, 'kubelogin'))
  const PATH = [join(folder, 'absent'), first, second, third].join(delimiter)
  expect(await findProgram('kubelogin', { PATH })).toBe(found)
  expect(await findProgram('kubelogin.exe', { PATH })).toBeUndefined()
  expect(await findProgram('kubelogin', { PATH: first })).toBeUndefined()
  expect(await findProgram('kubelogin', {})).toBeUndefined()
})

it('follows links, and passes over those that lead nowhere or in a circle', async () => {
  const [first, second] = [place('first'), place('second')]
  symlinkSync(join(folder, 'absent'), join(first, 'a'))
  symlinkSync(join(first, 'b'), join(first, 'b'))
  program(join(second, 'a'))
  symlinkSync(join(second, 'a'), join(second, 'b'))
  const PATH = `${first}${delimiter}${second}`
  expect(await findProgram('a', { PATH })).toBe(join(second, 'a'))
  expect(await findProgram('b', { PATH })).toBe(join(second, 'b'))
})

it.each(['', '.', 'bin', './bin'])(
  'never takes a program from the working directory, which the entry %j means',
  async (entry) => {
    expect(await findProgram('package.json', { PATH: entry })).toBeUndefined()
    expect(await findProgram('sh', { PATH: `${entry}${delimiter}/bin` })).toBe('/bin/sh')
  },
)

it.each([
  ['nothing', 'true', 'other than an ExecCredential', '(no output)'],
  ['a message', 'echo "Please sign in at https://id.example"', 'other than an ExecCredential', 'https://id.example'],
  ['a web page', "echo '<html>Sign in</html>'", 'other than an ExecCredential', '<html>'],
  ['JSON that is a list', 'echo []', 'other than an ExecCredential', '[]'],
  ['no status', 'echo \'{"kind":"ExecCredential","error":"expired"}\'', 'without a status', 'expired'],
  ['a status of another kind', 'echo \'{"status":"ok"}\'', 'without a status', 'ok'],
  ['an empty token', 'echo \'{"status":{"token":""}}\'', 'neither a token nor a certificate', 'token'],
  ['a number as a token', 'echo \'{"status":{"token":5}}\'', 'neither a token nor a certificate', '5'],
  [
    'a certificate without a key',
    'echo \'{"status":{"clientCertificateData":"c"}}\'',
    'only one of',
    'clientCertificateData',
  ],
  [
    'a token and text before it',
    'echo warning; echo \'{"status":{"token":"t"}}\'',
    'other than an ExecCredential',
    'warning',
  ],
])('shows what a program printed that handed out %s', async (_what, script, message, raw) => {
  await expect(run(script)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    message: expect.stringContaining(message) as string,
    details: { raw: expect.stringContaining(raw) as string },
  })
})

it('hides what may be a secret in the output, and never shows escape sequences', async () => {
  const script = `printf 'token=%s \\033[31m\\033]0;title\\007' ${'k'.repeat(60)}`
  const failure: unknown = await run(script).catch((error: unknown) => error)
  const { raw } = (failure as { details: { raw: string } }).details
  expect(raw).toContain('66 characters hidden')
  expect(raw).not.toContain('kkkk')
  expect(raw).not.toContain('\u001b')
})

it('refuses a token with a line break, and a program that asks in a terminal', async () => {
  await expect(run('printf \'{"status":{"token":"a\\\\nb"}}\'')).rejects.toThrow('line break')
  await expect(run('true', 'Always')).rejects.toThrow('terminal')
})

function run(script: string, interactiveMode = 'Never') {
  const command = program(join(folder, 'sign-in'), script)
  const plugin = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command,
    args: [],
    env: [],
    provideClusterInfo: false,
    interactiveMode,
  }
  const cluster = { name: 'x', server: 'https://x', skipTlsVerify: false }
  return runExecPlugin(plugin, cluster, { allow: () => true, environment: { PATH: '/usr/bin:/bin' } })
}
