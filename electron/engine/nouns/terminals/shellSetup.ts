import { writeFile } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

export interface ShellSetup {
  program: string
  args: string[]
  environment: Record<string, string>
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/**
 * The person's own shell with their own start-up files, after which KUBECONFIG and PATH are set again: a `.bashrc` that
 * exports another KUBECONFIG must not send this terminal to another cluster.
 * @param folder private, removed with the terminal; holds `config`
 */
export async function setUpShell(folder: string, kubectlFolder: string, environment: Environment): Promise<ShellSetup> {
  const kubeconfig = join(folder, 'config')
  const path = [kubectlFolder, environment['PATH'] ?? environment['Path'] ?? ''].join(delimiter)
  const own = {
    ...defined(environment),
    KUBECONFIG: kubeconfig,
    PATH: path,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
  }
  if (process.platform === 'win32')
    return { program: environment['ComSpec'] ?? 'powershell.exe', args: [], environment: own }

  const program = environment['SHELL'] !== undefined && environment['SHELL'] !== '' ? environment['SHELL'] : '/bin/sh'
  const bind = `export KUBECONFIG=${quote(kubeconfig)}; export PATH=${quote(kubectlFolder)}:"$PATH"\n`
  switch (basename(program)) {
    case 'bash': {
      const start = join(folder, 'bashrc')
      await writeFile(start, `[ -f ~/.bashrc ] && . ~/.bashrc\n${bind}`, { mode: 0o600 })
      return { program, args: ['--rcfile', start, '-i'], environment: own }
    }
    case 'zsh': {
      const home = environment['ZDOTDIR'] ?? environment['HOME'] ?? ''
      const back = `ZDOTDIR=${quote(home)}\n`
      await writeFile(
        join(folder, '.zshenv'),
        `[ -f ${quote(home)}/.zshenv ] && . ${quote(home)}/.zshenv\nZDOTDIR=${quote(folder)}\n`,
        { mode: 0o600 },
      )
      await writeFile(join(folder, '.zshrc'), `${back}[ -f "$ZDOTDIR/.zshrc" ] && . "$ZDOTDIR/.zshrc"\n${bind}`, {
        mode: 0o600,
      })
      return { program, args: ['-i'], environment: { ...own, ZDOTDIR: folder } }
    }
    case 'fish':
      return {
        program,
        args: ['-i', '-C', `set -gx KUBECONFIG ${quote(kubeconfig)}; set -gx PATH ${quote(kubectlFolder)} $PATH`],
        environment: own,
      }
    default: {
      const start = join(folder, 'shrc')
      const theirs = environment['ENV']
      const first = theirs === undefined || theirs === '' ? '' : `[ -f ${quote(theirs)} ] && . ${quote(theirs)}\n`
      await writeFile(start, first + bind, { mode: 0o600 })
      return { program, args: ['-i'], environment: { ...own, ENV: start } }
    }
  }
}

function defined(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}
