import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { signalGroup } from './processGroups.ts'
import { processTree, readProcess, readProcessTable } from './processTable.ts'

interface RecordedProcess {
  pid: number
  startTime: string
}

/** Which processes this sandbox started, on disk: after a crash the next one ends what is left before it starts over. */
export class ProcessRecord {
  readonly #path: string
  readonly #running = new Map<number, RecordedProcess>()

  constructor(path: string) {
    this.#path = path
  }

  add(pid: number): void {
    this.#running.set(pid, { pid, startTime: readProcess(pid)?.startTime ?? '' })
    this.#write()
  }

  remove(pid: number): void {
    if (this.#running.delete(pid)) this.#write()
  }

  /**
   * Ends the processes of an earlier sandbox. A pid that now belongs to somebody else (another start time) is left alone.
   * @returns how many groups were still there
   */
  async endLeftovers(): Promise<number> {
    const leftovers = this.#read().filter(isStillTheSame)
    if (leftovers.length > 0) {
      const table = await readProcessTable()
      const trees = leftovers.flatMap(({ pid }) => processTree(table, pid))
      for (const { pid } of leftovers) signalGroup(pid, 'SIGKILL')
      await waitUntilGone(trees, 10_000)
    }
    this.#write()
    return leftovers.length
  }

  #read(): RecordedProcess[] {
    if (!existsSync(this.#path)) return []
    try {
      const parsed: unknown = JSON.parse(readFileSync(this.#path, 'utf8'))
      return Array.isArray(parsed) ? parsed.filter(isRecordedProcess) : []
    } catch {
      return [] // cut off by the crash: the reaper has ended them
    }
  }

  #write(): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify([...this.#running.values()]), { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
  }
}

function isRecordedProcess(value: unknown): value is RecordedProcess {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'startTime' in value &&
    typeof value.startTime === 'string'
  )
}

function isStillTheSame({ pid, startTime }: RecordedProcess): boolean {
  return startTime !== '' && readProcess(pid)?.startTime === startTime
}

/** PostgreSQL's backends notice by themselves that their postmaster is gone; a data folder is free only after that. */
async function waitUntilGone(processes: RecordedProcess[], milliseconds: number): Promise<void> {
  const deadline = Date.now() + milliseconds
  while (processes.some(isStillTheSame) && Date.now() < deadline) await delay(50)
  for (const entry of processes) if (isStillTheSame(entry)) signalGroup(entry.pid, 'SIGKILL')
}
