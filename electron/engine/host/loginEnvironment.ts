import { spawn } from 'node:child_process'
import { userInfo } from 'node:os'
import type { Variables } from '../ports/host.ts'

/** Milliseconds: a slow start-up file costs a poorer PATH, never a console that does not start. */
const patience = 5_000
const marker = 'f2d9b1c4-login-environment'
/** Fixed, so that nothing of the outside ever becomes a word of a shell. `env -0` keeps values of many lines; old ones lack it. */
const script = `printf %s ${marker}; /usr/bin/env -0 2>/dev/null || /usr/bin/env; printf %s ${marker}`
/** What belongs to the shell that was asked, not to the person. */
const ofTheShell = new Set(['_', 'OLDPWD', 'PWD', 'SHLVL'])

/**
 * The environment of the person's terminal. An app started from a desktop has a PATH without the folders that shells add, and
 * none of the proxies and KUBECONFIGs of start-up files; one started in a terminal has them, and keeps what it has.
 * @returns the given environment where there is nothing to learn: never a failure
 */
export async function loginEnvironment(own: Variables = process.env): Promise<Variables> {
  const isTerminal = own['TERM'] !== undefined && own['TERM'] !== 'dumb'
  if (process.platform === 'win32' || isTerminal) return own
  const output = await askShell(own['SHELL'] || shellOfUser(), own).catch(() => undefined)
  const [, listed, rest] = output?.split(marker) ?? []
  if (listed === undefined || rest === undefined) return own
  return { ...own, ...parseVariables(listed) }
}

function shellOfUser(): string {
  try {
    return userInfo().shell ?? '/bin/sh'
  } catch {
    // A user id without an entry in the user database, as in some containers.
    return '/bin/sh'
  }
}

/** Both forms of `env`: NUL between variables, or one a line, where a line that begins no variable continues with the last value. */
function parseVariables(text: string): Record<string, string> {
  const entries = text.includes('\0') ? text.split('\0') : text.split(/\n(?=[A-Za-z_][A-Za-z0-9_]*=)/)
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const [, name, value] = /^([^=]+)=([^]*)$/.exec(entry) ?? []
      return name === undefined || value === undefined || ofTheShell.has(name) ? [] : [[name, value]]
    }),
  )
}

/** What the shell prints until it has said both markers, was silent for too long, or ended. */
function askShell(shell: string, env: Variables): Promise<string> {
  return new Promise((resolve, reject) => {
    // Detached: an interactive shell with a terminal that is not its own would be stopped by the system.
    const child = spawn(shell, ['-ilc', script], {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    })
    let output = ''
    const finish = () => {
      clearTimeout(timer)
      child.stdout.destroy()
      resolve(output)
    }
    const timer = setTimeout(() => {
      end(child.pid)
      finish()
    }, patience)
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('close', finish)
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
      // Programs that start-up files leave running hold the output open: its end is not worth waiting for.
      if (output.split(marker).length > 2) finish()
    })
  })
}

/** The shell and what it started. */
function end(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // All of it has ended by itself.
  }
}
