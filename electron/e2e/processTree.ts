import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A process of this machine; the start time tells it from a later one with the same number. */
export interface ProcessIdentity {
  pid: number
  parent: number
  /** Clock ticks since the machine started: proc(5), field 22 of stat. */
  started: string
  name: string
  /** Its working directory; empty where this user may not see it. */
  directory: string
}

/** All running processes of a Linux machine; the dead whose parent has not asked for them are not running. */
function runningProcesses(): ProcessIdentity[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        // The name stands in parentheses and may itself contain any of them.
        const [state = '', parent = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        if (state === 'Z') return []
        const started = rest[17] ?? ''
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return [{ pid: Number(name), parent: Number(parent), started, name: command, directory: directoryOf(name) }]
      } catch {
        return [] // ended while it was looked at
      }
    })
}

/** A process with everything that it started, and that those started. */
export function processTree(root: number): ProcessIdentity[] {
  const all = runningProcesses()
  const tree = all.filter(({ pid }) => pid === root)
  for (const member of tree) tree.push(...all.filter(({ parent }) => parent === member.pid))
  return tree
}

/** Those of them that still run. */
export function survivors(processes: readonly ProcessIdentity[]): ProcessIdentity[] {
  const running = new Map(runningProcesses().map((process) => [process.pid, process.started]))
  return processes.filter(({ pid, started }) => running.get(pid) === started)
}

/** Those that work in a folder or below it, whoever started them. */
export function workingIn(folder: string): ProcessIdentity[] {
  return runningProcesses().filter(({ directory }) => `${directory}/`.startsWith(`${folder}/`))
}

function directoryOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}
