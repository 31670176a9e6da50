import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { promisify } from 'node:util'

export interface ProcessEntry {
  pid: number
  parent: number
  group: number
  /** User and system time since its start. */
  cpuSeconds: number
  /** Distinguishes a process from a later one with the same pid. */
  startTime: string
}

interface ProcessMemory {
  /** Resident bytes that belong to this process alone. */
  ownBytes: number
  /** Resident bytes of files and shared memory, which siblings may count too. */
  sharedBytes: number
}

/** USER_HZ is 100 on every Linux architecture that Node runs on. */
const ticksPerSecond = 100
let pageSize: number | undefined

/** All processes of this machine, by pid. Windows has none to show: usage is not measured there. */
export async function readProcessTable(): Promise<Map<number, ProcessEntry>> {
  if (process.platform === 'linux') return readProc()
  if (process.platform === 'win32') return new Map()
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid=,pgid=,time=,lstart='], { maxBuffer: 1 << 24 })
  const entries = stdout.split('\n').flatMap((line) => {
    const [pid, parent, group, time, ...started] = line.trim().split(/\s+/)
    if (pid === undefined || parent === undefined || group === undefined || time === undefined) return []
    const entry = { pid: Number(pid), parent: Number(parent), group: Number(group) }
    return [{ ...entry, cpuSeconds: clockSeconds(time), startTime: started.join(' ') }]
  })
  return new Map(entries.map((entry) => [entry.pid, entry]))
}

/** One process, for a check of its identity. */
export function readProcess(pid: number): ProcessEntry | undefined {
  if (process.platform === 'linux') return readStat(pid)
  if (process.platform === 'win32') return undefined
  try {
    const line = execFileSync('ps', ['-o', 'ppid=,pgid=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
    const [parent, group, ...started] = line.trim().split(/\s+/)
    return { pid, parent: Number(parent), group: Number(group), cpuSeconds: 0, startTime: started.join(' ') }
  } catch {
    return undefined // ps exits with 1 when there is no such process
  }
}

/** The process, everything in its group, and their descendants (PostgreSQL's backends leave the group). */
export function processTree(table: ReadonlyMap<number, ProcessEntry>, root: number): ProcessEntry[] {
  const children = new Map<number, ProcessEntry[]>()
  for (const entry of table.values()) {
    const siblings = children.get(entry.parent)
    if (siblings === undefined) children.set(entry.parent, [entry])
    else siblings.push(entry)
  }
  const found = new Map<number, ProcessEntry>()
  const pending = [...table.values()].filter((entry) => entry.pid === root || entry.group === root)
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    if (found.has(entry.pid)) continue
    found.set(entry.pid, entry)
    pending.push(...(children.get(entry.pid) ?? []))
  }
  return [...found.values()]
}

/** Memory of a set of processes as a memory cgroup would see it: their own pages, and what they share once. */
export async function memoryOf(processes: readonly ProcessEntry[]): Promise<number> {
  const parts = process.platform === 'linux' ? processes.map(readStatm) : await readResident(processes)
  const own = parts.reduce((sum, part) => sum + part.ownBytes, 0)
  return own + Math.max(0, ...parts.map((part) => part.sharedBytes))
}

function readProc(): Map<number, ProcessEntry> {
  const table = new Map<number, ProcessEntry>()
  for (const name of readdirSync('/proc')) {
    const first = name.charCodeAt(0)
    if (first < 48 || first > 57) continue
    const entry = readStat(Number(name))
    if (entry !== undefined) table.set(entry.pid, entry)
  }
  return table
}

function readStat(pid: number): ProcessEntry | undefined {
  const text = readOrNothing(`/proc/${pid}/stat`)
  // The name in parentheses may hold blanks and parentheses itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, parent, group] = fields
  if (parent === undefined || group === undefined || state === 'Z' || state === 'X') return undefined
  const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  return { pid, parent: Number(parent), group: Number(group), cpuSeconds, startTime: fields[19] ?? '' }
}

function readStatm({ pid }: ProcessEntry): ProcessMemory {
  pageSize ??= Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' })) || 4096
  const [, resident, shared] = readOrNothing(`/proc/${pid}/statm`).split(' ').map(Number)
  return { ownBytes: ((resident ?? 0) - (shared ?? 0)) * pageSize, sharedBytes: (shared ?? 0) * pageSize }
}

async function readResident(processes: readonly ProcessEntry[]): Promise<ProcessMemory[]> {
  if (processes.length === 0 || process.platform === 'win32') return []
  const pids = processes.map((entry) => String(entry.pid)).join(',')
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', pids]).catch(() => ({ stdout: '' }))
  return stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ ownBytes: Number(line) * 1024, sharedBytes: 0 }))
}

/** The file's text, or nothing: a process may end between two reads. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** `[[days-]hours:]minutes:seconds` as ps prints it. */
function clockSeconds(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse()
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400
}
