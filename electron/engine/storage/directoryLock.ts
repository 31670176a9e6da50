import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ConsoleError } from '#shared/errors.ts'
import { isCode } from './durable.ts'
import { reportFile, setAside } from './fileProblems.ts'
import { readRegularSync } from './regularFile.ts'

const owner = z.object({
  pid: z.number().int().positive(),
  user: z.string(),
  host: z.string(),
  /** Milliseconds since 1970. */
  since: z.number(),
  /** What tells a process from a later one with the same number, where the system says it; else empty. */
  started: z.string(),
})
type Owner = z.infer<typeof owner>

/**
 * Claims a data directory for this engine, readable by its owner alone. Two engines on one directory would delete each other's running
 * backup and break the audit chain. What a dead engine left is taken over; a lock of another computer (a shared disk) is not, because
 * nobody here can tell whether it lives. A directory that cannot be written is not claimed, which is reported: whoever cannot write a
 * lock can write little else, and every call that would says so itself.
 * @returns gives it back
 * @throws ConsoleError BUSY with the owner's name
 */
export function claimDirectory(directory: string, user: string): () => void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    if (process.platform !== 'win32' && (statSync(directory).mode & 0o777) !== 0o700) makePrivate(directory)
    return claim(join(directory, 'engine.lock'), user)
  } catch (error) {
    if (error instanceof ConsoleError) throw error
    const raw = error instanceof Error ? error.message : String(error)
    const message = `The console's folder cannot be written: ${raw}. It can be looked at, and nothing can be saved. Do not open a second console on it.`
    reportFile({ path: directory, keptAs: null, message })
    return () => undefined
  }
}

/** Also gives the owner back what a careless chmod took. */
function makePrivate(directory: string): void {
  try {
    chmodSync(directory, 0o700)
  } catch (error) {
    const raw = error instanceof Error ? error.message : String(error)
    const message = `Others may be able to read the console's folder, and its mode cannot be changed: ${raw}.`
    reportFile({ path: directory, keptAs: null, message })
  }
}

function claim(path: string, user: string): () => void {
  const since = Date.now()
  const own: Owner = { pid: process.pid, user, host: hostname(), since, started: startOf(process.pid) ?? '' }
  const candidate = `${path}.${randomUUID()}`
  try {
    writeFileSync(candidate, JSON.stringify(own), { mode: 0o600 })
    // Linking fails where the name exists, so that of two engines that start at once one wins.
    for (let tries = 0; !link(candidate, path); tries += 1) {
      const found = read(path)
      if ((found && isAlive(found)) || tries === 3) throw taken(path, found)
      remove(path)
    }
  } finally {
    rmSync(candidate, { force: true })
  }
  return () => {
    const found = read(path)
    if (found?.pid !== own.pid || found.since !== own.since) return
    try {
      rmSync(path, { force: true })
    } catch (error) {
      // The next console finds that this process has ended.
      console.error(`${path} could not be removed:`, error)
    }
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    // File systems without hard links (FAT, some network shares). Creating is as exclusive; only a crash right after it leaves an empty lock.
    if (isCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) return create(to, readFileSync(from))
    throw error
  }
}

function create(path: string, content: Buffer): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

/** By renaming, so that of two engines that find a stale lock one removes it, and neither removes the other's new one unseen. */
function remove(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    setAside(path, 'The lock of the data directory', 'it is not a regular file', 'A new one takes its place.')
    return
  }
  const stale = `${path}.${randomUUID()}`
  try {
    renameSync(path, stale)
    const found = read(stale)
    // Another engine was quicker: its lock is put back.
    if (found && isAlive(found)) link(stale, path)
    rmSync(stale, { force: true })
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
  }
}

/** Undefined where there is none, or nothing that can be read: an engine that died while it wrote. */
function read(path: string): Owner | undefined {
  try {
    return owner.safeParse(JSON.parse(readRegularSync(path, 64 * 1024).toString('utf8'))).data
  } catch {
    return undefined
  }
}

function isAlive({ pid, host, started }: Owner): boolean {
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    return isCode(error, 'EPERM')
  }
  const now = startOf(pid)
  return started === '' || now === undefined || now === started
}

/**
 * Clock ticks from the start of the machine to that of the process: proc(5), field 22 of stat. Empty for one that has ended and was not
 * asked for by its parent yet, undefined where there is no /proc.
 */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in parentheses and may itself contain any of them.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? '' : rest[18]
  } catch {
    return undefined
  }
}

function taken(path: string, found: Owner | undefined): ConsoleError {
  const who = found ? `by ${found.user} on ${found.host} (process ${found.pid})` : 'by another console'
  return new ConsoleError(
    'BUSY',
    `The console's files are in use ${who}. Nothing was started. Close the other console, or delete ${path} if it no longer runs.`,
    { ...found },
  )
}
