import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { KubeContext } from '../../kube/index.ts'
import { until } from '../../testing/until.ts'
import { largestWaitingInput } from './inputQueue.ts'
import { kubectlShell } from './kubectlShell.ts'
import type { Program } from './terminal.ts'

const context: KubeContext = {
  name: 'prod-eu-1',
  cluster: { name: 'c', server: 'https://127.0.0.1:1', skipTlsVerify: false },
  user: { name: 'u' },
  source: { path: '/nowhere', kind: 'added' },
  isCurrent: false,
  identity: 'one',
}

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
    context,
    namespace: 'shop',
    label,
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
  shell.write('stty -echo; sleep 2; wc -c > got\n')
  await until(() => text.includes('sleep 2'), 'the command')
  const paste = `${'x'.repeat(79)}\n`.repeat(550)
  const before = performance.now()
  expect(shell.write(paste)).toBe(true)
  expect(performance.now() - before).toBeLessThan(100)
  let latest = performance.now()
  let longest = 0
  const ticks = setInterval(() => {
    longest = Math.max(longest, performance.now() - latest)
    latest = performance.now()
  }, 5)
  const busy = process.cpuUsage()
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  clearInterval(ticks)
  const { user, system } = process.cpuUsage(busy)
  expect(longest).toBeLessThan(500)
  expect((user + system) / 1000).toBeLessThan(500)
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
  const before = performance.now()
  shell.close()
  await shell.ended
  expect(performance.now() - before).toBeLessThan(5_000)
})

it.each(['/bin/bash', '/bin/dash'])('%s: neither an alias nor a prompt hook leads kubectl elsewhere', async (shell) => {
  const lines = [
    'PS1="$ "',
    `alias kubectl='echo astray'`,
    'PROMPT_COMMAND="export KUBECONFIG=/astray"',
    'export KUBECONFIG=/astray',
  ]
  writeFileSync(join(folder, '.bashrc'), lines.join('\n'))
  writeFileSync(join(folder, 'env'), lines.join('\n'))
  const program = await open({ SHELL: shell, ENV: join(folder, 'env') })
  await prompt()
  program.write('kubectl get pods\n')
  await until(() => /goes to \[[^\]]*\] get pods/.test(text), 'kubectl')
  program.write('export KUBECONFIG=/astray\n')
  program.write('kubectl again\n')
  await until(() => /goes to \[[^\]]*\] again/.test(text), 'kubectl')
  const where = [...text.matchAll(/goes to \[([^\]]*)\]/g)].map(([, path]) => path)
  expect(where).toHaveLength(2)
  for (const path of where) expect(path).toMatch(/terminals\/kubectl-\w+\/config$/)
  expect(text).not.toMatch(/^astray/m)
})

it('names the cluster in the prompt, and no name runs anything', async () => {
  writeFileSync(join(folder, '.bashrc'), 'PS1="mine $ "\n')
  await open({}, 'production $(touch /tmp/x)`id`\\u/shop')
  await prompt()
  expect(text).toContain('[production ??touch /tmp/x??id??u/shop] mine $ ')
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
