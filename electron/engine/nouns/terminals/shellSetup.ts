import { writeFile } from 'node:fs/promises'
import { basename, delimiter, dirname, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

export interface ShellSetup {
  args: string[]
  environment: Record<string, string>
}

/** What a shell is bound to. */
export interface ShellPlace {
  /** Private, removed with the terminal; holds `config`. */
  folder: string
  /** Absolute. */
  kubectl: string
  /** Named in the prompt: "production prod-eu-1/shop". */
  label: string
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Shells expand prompts: of the label only what no shell gives a meaning is left. */
const promptText = (label: string): string => `[${label.replaceAll(/[^\w.:@/ -]/g, '?')}] `

/**
 * The person's own shell with their own start-up files, and a kubectl that stays where this terminal was opened for: a `.bashrc` that
 * exports another KUBECONFIG, an alias or function of that name, or a prompt hook (direnv, kubeswitch) must not send it to another
 * cluster. kubectl becomes a function with its own KUBECONFIG, and KUBECONFIG and PATH are set again before every prompt. What the
 * person types themselves, as `kubectl --kubeconfig …`, is theirs.
 */
export async function setUpShell(shell: string, place: ShellPlace, environment: Environment): Promise<ShellSetup> {
  const { folder, kubectl } = place
  const kubeconfig = join(folder, 'config')
  const path = [dirname(kubectl), environment['PATH'] ?? environment['Path'] ?? ''].join(delimiter)
  const own = {
    ...defined(environment),
    KUBECONFIG: kubeconfig,
    PATH: path,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
  }
  if (process.platform === 'win32') return { args: [], environment: own }
  switch (basename(shell)) {
    case 'bash': {
      const start = await writeStart(folder, 'bashrc', `[ -f ~/.bashrc ] && . ~/.bashrc\n${binding(place, bashHook)}`)
      return { args: ['--rcfile', start, '-i'], environment: own }
    }
    case 'zsh': {
      const home = environment['ZDOTDIR'] ?? environment['HOME'] ?? ''
      const theirs = `[ -f ${quote(home)}/.zshenv ] && . ${quote(home)}/.zshenv\nZDOTDIR=${quote(folder)}\n`
      await writeStart(folder, '.zshenv', theirs)
      const first = `ZDOTDIR=${quote(home)}\n[ -f "$ZDOTDIR/.zshrc" ] && . "$ZDOTDIR/.zshrc"\n`
      await writeStart(folder, '.zshrc', first + binding(place, zshHook))
      return { args: ['-i'], environment: { ...own, ZDOTDIR: folder } }
    }
    case 'fish':
      return { args: ['-i', '-C', fishBinding(place)], environment: own }
    default: {
      const theirs = environment['ENV']
      const first = theirs === undefined || theirs === '' ? '' : `[ -f ${quote(theirs)} ] && . ${quote(theirs)}\n`
      const start = await writeStart(folder, 'shrc', first + binding(place, '__console_bind\n'))
      return { args: ['-i'], environment: { ...own, ENV: start } }
    }
  }
}

async function writeStart(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text, { mode: 0o600 })
  return path
}

/** PROMPT_COMMAND may be a list since bash 5.1. Theirs come first, so that ours has the last word. */
const bashHook = `case "$(declare -p PROMPT_COMMAND 2>/dev/null)" in
  "declare -a"*) PROMPT_COMMAND+=(__console_bind) ;;
  *) PROMPT_COMMAND="\${PROMPT_COMMAND:+$PROMPT_COMMAND
}__console_bind" ;;
esac
`
const zshHook = `typeset -ga precmd_functions
precmd_functions+=(__console_bind)
`

/** For every shell that reads POSIX words. The alias goes first, on a line of its own: it would be read into the function's name. */
function binding({ folder, kubectl, label }: ShellPlace, hook: string): string {
  const kubeconfig = quote(join(folder, 'config'))
  const tag = quote(promptText(label))
  return `unalias kubectl 2>/dev/null || true
kubectl() { KUBECONFIG=${kubeconfig} command ${quote(kubectl)} "$@"; }
__console_bind() {
  export KUBECONFIG=${kubeconfig}
  case "$PATH" in ${quote(dirname(kubectl))}:*) ;; *) export PATH=${quote(dirname(kubectl))}:"$PATH" ;; esac
  case "$PS1" in ${tag}*) ;; *) PS1=${tag}"$PS1" ;; esac
}
${hook}`
}

function fishBinding({ folder, kubectl, label }: ShellPlace): string {
  const kubeconfig = quote(join(folder, 'config'))
  const bin = quote(dirname(kubectl))
  const bind = `set -gx KUBECONFIG ${kubeconfig}; test "$PATH[1]" = ${bin}; or set -gx PATH ${bin} $PATH`
  return [
    `functions -e kubectl; function kubectl; KUBECONFIG=${kubeconfig} command ${quote(kubectl)} $argv; end`,
    `function __console_bind --on-event fish_prompt; ${bind}; end`,
    `functions -q fish_prompt; and functions -c fish_prompt __console_prompt; or function __console_prompt; echo -n '> '; end`,
    `function fish_prompt; echo -n ${quote(promptText(label))}; __console_prompt; end`,
    bind,
  ].join('\n')
}

function defined(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}
