import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { until } from '../../testing/until.ts'
import { largestWaitingInput } from './inputQueue.ts'
import { kubectlShell } from './kubectlShell.ts'
import type { Program } from './terminal.ts'

let folder: string
let program: Program | undefined
let text: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'console-shell-'))
  text = ''
  // A kubectl that says where it would go.
  writeFileSync(join(folder, 'kubectl'), '#!/bin/sh\necho "goes to [$KUBECONFIG] $*"\n', { mode: 0o755 })
})
afterEach(async () => {
  program?.close()
  await program?.ended
  rmSync(folder, { recursive: true, force: true })
})

async function open(environment: Record<string, string>, label = 'production prod-eu-1/shop'): Promise<Program> {
  const opened = await kubectlShell({
    title: 'kubectl',
    kubeconfig: '{}',
    label,
    kind: 'production',
    columns: 200,
    rows: 24,
    kubectl: join(folder, 'kubectl'),
    folder: join(folder, 'terminals'),
    environment: { ...process.env, HOME: folder, SHELL: '/bin/bash', ...environment },
  })
  opened.onData((data) => (text += data))
  program = opened
  return opened
}

const prompt = () => until(() => /[$#] $/.test(text), 'the prompt')

it('takes a paste that its program does not read without holding anything up, and loses nothing of it', async () => {
  const shell = await open({})
  await prompt()
  shell.write('stty -echo; until [ -e go ]; do sleep 0.1; done; wc -c > got\n')
  await until(() => text.includes('until [ -e go ]'), 'the command')
  const paste = `${'x'.repeat(79)}\n`.repeat(550)
  expect(shell.write(paste)).toBe(true)
  // The program still sleeps here: a write that waited for it would have returned only after it.
  expect(existsSync(join(folder, 'got'))).toBe(false)
  writeFileSync(join(folder, 'go'), '')
  // wc reads to the end of its input.
  shell.write('\u0004')
  const size = () => {
    try {
      return readFileSync(join(folder, 'got'), 'utf8').trim()
    } catch {
      return ''
    }
  }
  await until(() => size() !== '', 'the program to read')
  expect(size()).toBe(String(paste.length))
})

it('says that there is no room instead of keeping a flood, and closes while input waits', async () => {
  const shell = await open({})
  await prompt()
  shell.write('stty -echo; sleep 300\n')
  await until(() => text.includes('sleep 300'), 'the command')
  const megabyte = `${'x'.repeat(1023)}\n`.repeat(1024)
  const taken = Array.from({ length: 8 }, () => shell.write(megabyte))
  expect(taken.filter(Boolean).length).toBeLessThanOrEqual(largestWaitingInput / megabyte.length + 1)
  expect(taken.at(-1)).toBe(false)
  shell.close()
  await shell.ended
})

it('opens where shell or home do not exist, and says what it uses instead', async () => {
  const shell = await open({ SHELL: '/nowhere/fish', HOME: join(folder, 'gone') })
  expect(shell.notes).toEqual([
    expect.stringMatching(/^The home directory .*gone does not exist\. This terminal starts in \/.+\.$/),
    expect.stringMatching(/^The shell \/nowhere\/fish cannot be run\. This terminal uses \/.+\.$/),
  ])
  await prompt()
  shell.write('echo $((6 * 7))\n')
  await until(() => /^42/m.test(text), 'an answer')
})
