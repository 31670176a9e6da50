import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../../../testing/until.ts'
import { kubectlShell } from '../kubectlShell.ts'
import type { Program } from '../terminal.ts'

let home: string
let text: string
let program: Program | undefined

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'console-shell-'))
  text = ''
  // A kubectl that says where it would go, and one of somebody else.
  put('tools/kubectl', '#!/bin/sh\necho "goes to [$KUBECONFIG] $*"\n', 0o755)
  put('astray/kubectl', '#!/bin/sh\necho "astray"\n', 0o755)
})
afterEach(async () => {
  program?.close()
  await program?.ended
  program = undefined
  rmSync(home, { recursive: true, force: true })
})

function put(path: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(join(home, path)), { recursive: true })
  writeFileSync(join(home, path), content, { mode })
}

async function open(shell: string, environment: Record<string, string> = {}, label = 'production prod-eu-1/shop') {
  const opened = await kubectlShell({
    title: 'kubectl',
    kubeconfig: '{}',
    label,
    kind: 'production',
    columns: 200,
    rows: 24,
    kubectl: join(home, 'tools', 'kubectl'),
    folder: join(home, 'terminals'),
    environment: { PATH: process.env['PATH'], HOME: home, SHELL: shell, LANG: 'C.UTF-8', ...environment },
  })
  opened.onData((data) => (text += data))
  program = opened
  await until(() => shown().includes('READY'), 'the prompt')
  return opened
}

/** Without colours and other sequences. */
const shown = (): string => text.replaceAll(new RegExp('\\u001b(?:\\[[0-?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>])', 'g'), '')

/** Runs a line at the prompt and returns where its kubectl went. */
async function where(line: string): Promise<string> {
  const before = shown().length
  program?.write(`${line}; echo over-$((40 + 2))\r`)
  await until(() => /over-42/.test(shown().slice(before)), `the end of ${line}`)
  return /goes to \[([^\]]*)\]/.exec(shown().slice(before))?.[1] ?? shown().slice(before)
}

/** The same in fish, whose arithmetic is a program. */
async function whereInFish(line: string): Promise<string> {
  const before = shown().length
  program?.write(`${line}; echo over-(math 40 + 2)\r`)
  await until(() => /over-42/.test(shown().slice(before)), `the end of ${line}`)
  return /goes to \[([^\]]*)\]/.exec(shown().slice(before))?.[1] ?? shown().slice(before)
}

const bound = /\/terminals\/kubectl-\w+\/config$/
const everyWay = [
  'kubectl plain',
  'export KUBECONFIG=/astray; kubectl after',
  'KUBECONFIG=/astray kubectl beside',
  'env KUBECONFIG=/astray kubectl below',
  "sh -c 'kubectl inside'",
  'echo piped | KUBECONFIG=/astray xargs kubectl',
  'command kubectl commanded',
]

const find = (name: string): string | undefined =>
  ['/bin', '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'].map((at) => join(at, name)).find((at) => existsSync(at))

/** Whose start-up files may be tried here; one that is not installed is named as skipped. */
const shells = { bash: find('bash'), zsh: find('zsh'), fish: find('fish') }

describe.skipIf(shells.bash === undefined)(`bash${shells.bash ? '' : ' (not installed)'}`, () => {
  const start: Record<string, string> = {
    'an alias and a readonly variable': `alias kubectl='echo astray'\nreadonly KUBECONFIG=/astray`,
    'a function': `kubectl() { KUBECONFIG=/astray command kubectl "$@"; }\nexport -f kubectl`,
    'another PATH': 'export PATH=$HOME/astray:$PATH KUBECONFIG=/astray',
    'a remembered place': 'hash -p $HOME/astray/kubectl kubectl',
    'a prompt hook (direnv)': `_direnv() { export KUBECONFIG=/astray PATH=$HOME/astray:$PATH; }\nPROMPT_COMMAND='_direnv'`,
    'a prompt hook that ends in a semicolon': `PROMPT_COMMAND='export KUBECONFIG=/astray; '`,
    'a list of prompt hooks': `a() { export KUBECONFIG=/astray; }\nPROMPT_COMMAND=(a)`,
    'a hook that comes after ours at every prompt': String.raw`a() { alias kubectl='echo astray'; PROMPT_COMMAND="${'$'}{PROMPT_COMMAND%$'\n'a}"$'\n'a; }
PROMPT_COMMAND=a`,
    'a hook that replaces all hooks': `PROMPT_COMMAND='PROMPT_COMMAND="export KUBECONFIG=/astray"'`,
    'a trap before every command': `trap 'export KUBECONFIG=/astray' DEBUG`,
    'a prompt that is written again each time (starship)': `PROMPT_COMMAND='PS1="READY \\$ "'`,
  }
  it.each(Object.entries(start))('%s leads kubectl nowhere else', async (_what, lines) => {
    put('.bashrc', `PS1='READY $ '\n${lines}\n`)
    await open(shells.bash ?? '')
    for (const line of everyWay) expect(await where(line), line).toMatch(bound)
    expect(shown()).not.toMatch(/^astray/m)
    await until(() => shown().endsWith('\n[production prod-eu-1/shop] READY $ '), 'the prompt')
  })

  it('refuses the flags that name another cluster, wherever they come from', async () => {
    put(
      '.bashrc',
      `PS1='READY $ '\nalias k='kubectl --kubeconfig=/astray'\nkk() { kubectl "$@" --server https://x; }\n`,
    )
    await open(shells.bash ?? '')
    for (const line of ['k get', 'kk get', 'kubectl -s https://x get', 'kubectl --token=x get']) {
      const answer = await where(line)
      expect(answer, line).toContain('is refused and nothing was sent')
      expect(answer, line).not.toContain('goes to')
    }
    expect(await where('kubectl exec web -- psql --password -s')).toMatch(bound)
  })

  it('shows the name of the cluster, and no name runs anything', async () => {
    put('.bashrc', `PS1='READY $ '\n`)
    await open(shells.bash ?? '', {}, 'production $(touch /tmp/x)`id`\\u/shop')
    expect(shown()).toContain('[production ??touch /tmp/x??id??u/shop] READY $ ')
  })
})

describe.skipIf(shells.zsh === undefined)(`zsh${shells.zsh ? '' : ' (not installed)'}`, () => {
  const start: Record<string, string> = {
    'an alias and a global alias': `alias kubectl='echo astray'\nalias -g kubectl='echo astray'`,
    'a function': 'kubectl() { echo astray }',
    'another path': 'path=($HOME/astray $path); export KUBECONFIG=/astray',
    'a remembered place': 'hash kubectl=$HOME/astray/kubectl',
    precmd: 'precmd() { export KUBECONFIG=/astray; path=($HOME/astray $path) }',
    'a list of hooks': 'a() { export KUBECONFIG=/astray; }\nprecmd_functions+=(a)',
    'a hook that comes after ours':
      'a() { kubectl() { echo astray }; precmd_functions=(${precmd_functions:#a} a) }\nprecmd_functions+=(a)',
    preexec: 'preexec() { export KUBECONFIG=/astray }',
    'a prompt that is written again each time': `precmd() { PROMPT='READY %# ' }`,
  }
  it.each(Object.entries(start))('%s leads kubectl nowhere else', async (_what, lines) => {
    put('.zshrc', `PROMPT='READY %# '\nunsetopt PROMPT_SP\n${lines}\n`)
    await open(shells.zsh ?? '')
    for (const line of everyWay.filter((way) => !way.startsWith('command')))
      expect(await where(line), line).toMatch(bound)
    expect(shown()).not.toMatch(/^astray/m)
    expect(shown()).toContain('[production prod-eu-1/shop] READY')
  })

  it('reads the files of a ZDOTDIR that .zshenv names', async () => {
    put('.zshenv', 'export ZDOTDIR=$HOME/dots\n')
    put('dots/.zshrc', `PROMPT='READY %# '\nMINE=kept\n`)
    await open(shells.zsh ?? '')
    expect(await where('echo mine is $MINE $ZDOTDIR')).toContain(`mine is kept ${home}/dots`)
  })
})

describe.skipIf(shells.fish === undefined)(`fish${shells.fish ? '' : ' (not installed)'}`, () => {
  const prompt = "function fish_prompt; echo -n 'READY > '; end"
  const start: Record<string, string> = {
    'an alias': `${prompt}\nalias kubectl 'echo astray'`,
    'a function': `${prompt}\nfunction kubectl; echo astray; end`,
    'an abbreviation': `${prompt}\nabbr -a kubectl 'echo astray'`,
    'another path': `${prompt}\nset -gx PATH $HOME/astray $PATH\nset -gx KUBECONFIG /astray`,
    'a prompt hook': `${prompt}\nfunction a --on-event fish_prompt; set -gx KUBECONFIG /astray; set -gx PATH $HOME/astray $PATH; end`,
    'a hook before each command': `${prompt}\nfunction a --on-event fish_preexec; set -gx KUBECONFIG /astray; end`,
    'a prompt that a hook replaces': `function a --on-event fish_prompt; ${prompt}; end`,
  }
  const ways = ['kubectl plain', 'set -gx KUBECONFIG /astray; kubectl after', ...everyWay.slice(2)]
  it.each(Object.entries(start))('%s leads kubectl nowhere else', async (_what, lines) => {
    put('.config/fish/config.fish', `${lines}\nset -g fish_greeting\n`)
    await open(shells.fish ?? '')
    for (const line of ways) expect(await whereInFish(line), line).toMatch(bound)
    expect(shown()).not.toMatch(/^astray/m)
    expect(shown()).toContain('[production prod-eu-1/shop] READY >')
  })
})

it('binds a plain shell after the start-up file that ENV names', async () => {
  put('start', `PS1='READY $ '\nalias kubectl='echo astray'\nexport KUBECONFIG=/astray PATH=$HOME/astray:$PATH\n`)
  await open('/bin/sh', { ENV: join(home, 'start') })
  for (const line of everyWay) expect(await where(line), line).toMatch(bound)
  expect(shown()).toContain('[production prod-eu-1/shop] READY $')
})

it('says so where it cannot bind the shell', async () => {
  put('tools/nu', '#!/bin/sh\nexec /bin/sh "$@"\n', 0o755)
  const opened = await open(join(home, 'tools', 'nu'), { PS1: 'READY $ ' })
  expect(opened.notes.join()).toContain('cannot bind the shell nu')
})
