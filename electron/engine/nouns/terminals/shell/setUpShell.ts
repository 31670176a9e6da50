import { writeFile } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { fishBinding } from './fish.ts'
import { bashStart, plainStart, zshStart } from './posix.ts'
import type { Binding } from './prompt.ts'
import { quote } from './quote.ts'
import { writeWrapper } from './wrapper.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface ShellSetup {
  args: string[]
  environment: Record<string, string>
  /** What cannot be bound, for the terminal's first lines. */
  notes: string[]
}

/** What a shell is bound to. */
export interface ShellPlace {
  /** Private, removed with the terminal; holds `config`. */
  folder: string
  /** Absolute. */
  kubectl: string
  /** Named in the prompt: "production prod-eu-1/shop". */
  label: string
  /** Colours the label. */
  environment: string
}

/** Shells that read POSIX words and, where they are interactive, the file that ENV names. */
const plainShells = ['sh', 'dash', 'ash', 'ksh', 'ksh93', 'mksh', 'oksh', 'yash', 'busybox']

/**
 * The person's own shell with their own start-up files, and a kubectl that stays where this terminal was opened for: a `.bashrc` that
 * exports another KUBECONFIG, an alias or function of that name, or a prompt hook (direnv, kubeswitch) must not send it to another
 * cluster. A wrapper of kubectl is first in PATH; PATH, KUBECONFIG and the label are set again, last, before every prompt. What the
 * person types themselves as `/usr/bin/kubectl --kubeconfig …` is theirs.
 */
export async function setUpShell(shell: string, place: ShellPlace, environment: Environment): Promise<ShellSetup> {
  const { folder, kubectl } = place
  const kubeconfig = join(folder, 'config')
  const binding: Binding = { ...place, kubeconfig, bin: await writeWrapper(folder, kubectl, kubeconfig) }
  const own = {
    ...defined(environment),
    KUBECONFIG: kubeconfig,
    PATH: [binding.bin, environment['PATH'] ?? environment['Path'] ?? ''].join(delimiter),
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
  }
  if (process.platform === 'win32') return { args: [], environment: own, notes: [unbound('of Windows')] }
  const setup = { environment: own, notes: [] }
  const name = basename(shell)
  switch (name) {
    case 'bash':
      return { ...setup, args: ['--rcfile', await writeStart(folder, 'bashrc', bashStart(binding)), '-i'] }
    case 'zsh': {
      const home = environment['ZDOTDIR'] || environment['HOME'] || ''
      const start = zshStart(binding, home)
      await writeStart(folder, '.zshenv', start.zshenv)
      await writeStart(folder, '.zshrc', start.zshrc)
      return { ...setup, args: ['-i'], environment: { ...own, ZDOTDIR: folder } }
    }
    case 'fish':
      return { ...setup, args: ['-i', '-C', fishBinding(binding)] }
    default: {
      if (!plainShells.includes(name)) return { ...setup, args: ['-i'], notes: [unbound(name)] }
      const theirs = environment['ENV']
      const first = theirs === undefined || theirs === '' ? '' : `[ -f ${quote(theirs)} ] && . ${quote(theirs)}\n`
      const start = await writeStart(folder, 'shrc', first + plainStart(binding))
      return { ...setup, args: ['-i'], environment: { ...own, ENV: start } }
    }
  }
}

const unbound = (shell: string): string =>
  `The console cannot bind the shell ${shell}: its start-up files may lead kubectl to another cluster, and its prompt does not name this one. Use bash, zsh or fish for that.`

async function writeStart(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text, { mode: 0o600 })
  return path
}

function defined(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}
