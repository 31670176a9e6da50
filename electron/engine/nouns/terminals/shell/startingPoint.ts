import { access, constants, stat } from 'node:fs/promises'
import { homedir, tmpdir, userInfo } from 'node:os'
import { isAbsolute } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** What a shell on this machine starts with, and what had to be replaced, in words for its screen. */
export interface StartingPoint {
  /** Absolute; on Windows it may be a name. */
  shell: string
  /** Absolute, exists. */
  directory: string
  notes: string[]
}

/** The person's shell and home, or what stands in where they do not exist: a terminal opens all the same and says so. */
export async function startingPoint(environment: Environment): Promise<StartingPoint> {
  const notes: string[] = []
  const home = environment['HOME'] || environment['USERPROFILE'] || homedir()
  const directory = await firstThat(isDirectory, [home, homedir(), tmpdir()])
  if (directory !== home) notes.push(`The home directory ${home} does not exist. This terminal starts in ${directory}.`)
  if (process.platform === 'win32') return { shell: environment['ComSpec'] || 'powershell.exe', directory, notes }
  const wanted = environment['SHELL'] || shellOfUser()
  const shell = await firstThat(isProgram, [wanted, shellOfUser(), '/bin/bash', '/bin/sh'])
  if (shell !== wanted) notes.push(`The shell ${wanted} cannot be run. This terminal uses ${shell}.`)
  return { shell, directory, notes }
}

/** The first that passes; the last where none does, so that the system's own error names it. */
async function firstThat(
  passes: (path: string) => Promise<boolean>,
  candidates: [string, ...string[]],
): Promise<string> {
  for (const candidate of candidates) if (await passes(candidate)) return candidate
  return candidates.at(-1) ?? candidates[0]
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

async function isProgram(path: string): Promise<boolean> {
  if (!isAbsolute(path)) return false
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

function shellOfUser(): string {
  try {
    return userInfo().shell ?? '/bin/sh'
  } catch {
    // A user id without an entry in the user database, as in some containers.
    return '/bin/sh'
  }
}
