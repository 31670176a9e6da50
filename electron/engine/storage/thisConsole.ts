import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** This console, by an id that it keeps in its data directory: after a crash it continues its own work at once. */
export function thisConsole(dataDirectory: string, user: string): { id: string; name: string } {
  const path = join(dataDirectory, 'console-id')
  const name = `${user} on ${hostname()}`
  try {
    return { id: readFileSync(path, 'utf8').trim(), name }
  } catch {
    const id = randomUUID()
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
    writeFileSync(path, id, { mode: 0o600 })
    return { id, name }
  }
}
