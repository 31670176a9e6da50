import { readFileSync } from 'node:fs'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** One sandbox per state directory. */
export interface StateLock {
  release(): Promise<void>
}

const lockFile = 'sandbox.lock'

interface Holder {
  pid: number
  /** When the process began, where the system tells: a pid alone may belong to somebody else by now. */
  started: string
}

/** The start time in clock ticks since boot (proc(5), field 22); '' where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  return started === '' || startOf(pid) === started
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    const holder: Holder = { pid: process.pid, started: startOf(process.pid) }
    await file.writeFile(JSON.stringify(holder))
    await file.close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/**
 * Takes a state directory, creating it. What a killed sandbox left behind is taken over.
 * @throws Error naming the process that uses the directory
 */
export async function lockState(directory: string): Promise<StateLock> {
  // Others may pass through: PostgreSQL does not run as root and keeps its data below.
  await mkdir(directory, { recursive: true, mode: 0o711 })
  const path = join(directory, lockFile)
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await tryLock(path)) return { release: () => rm(path, { force: true }) }
    const holder = await holderOf(path)
    if (holder !== undefined && isAlive(holder)) {
      throw new Error(
        `A sandbox (process ${holder.pid}) already uses ${directory}. Stop it first, or name another directory with --state.`,
      )
    }
    await rm(path, { force: true })
  }
  throw new Error(`The lock in ${directory} is contested. Try again.`)
}
