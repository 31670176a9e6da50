import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { reportFile, setAside } from './fileProblems.ts'
import { isAbsent, readRegularSync } from './regularFile.ts'

/**
 * This console, by an id that it keeps in its data directory: after a crash it continues its own work at once. Where the id cannot be
 * kept it holds for this session.
 */
export function thisConsole(dataDirectory: string, user: string): { id: string; name: string } {
  const path = join(dataDirectory, 'console-id')
  return { id: read(path) ?? make(dataDirectory, path), name: `${user} on ${hostname()}` }
}

const consequence = 'This console has a new one: what it left running may have to wait until its lease ends.'

function read(path: string): string | undefined {
  try {
    return z.uuid().parse(readRegularSync(path).toString('utf8').trim())
  } catch (error) {
    if (!isAbsent(path, error))
      setAside(
        path,
        "This console's id",
        error instanceof z.ZodError ? 'it is not an id' : (error as Error).message,
        consequence,
      )
    return undefined
  }
}

function make(directory: string, path: string): string {
  const id = randomUUID()
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    writeFileSync(path, id, { mode: 0o600, flush: true })
  } catch (error) {
    const raw = error instanceof Error ? error.message : String(error)
    reportFile({
      path,
      keptAs: null,
      message: `This console's id cannot be saved: ${raw}. It holds until the console closes.`,
    })
  }
  return id
}
