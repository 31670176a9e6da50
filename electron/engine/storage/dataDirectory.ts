import { chmodSync, lstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { reportFile, setAside } from './fileProblems.ts'

const folders = ['audit', 'backups', 'restores', 'tasks', join('tasks', 'current'), join('tasks', 'history')]
const files = [
  'settings.json',
  'clusters.json',
  'console-id',
  'window.json',
  join('audit', 'audit.jsonl'),
  join('audit', 'audit.head'),
  join('audit', 'checkpoints.jsonl'),
  join('audit', 'checkpoint-key.json'),
  join('tasks', 'step-durations.json'),
  join('backups', 'signing-key.pem'),
  join('backups', 'manifest.key'),
]

/**
 * Looks at what stands in the data directory before anything reads it: what is no folder where a folder belongs is set aside, and what
 * others may read is made the owner's alone (earlier versions left some files readable).
 */
export function prepareDataDirectory(directory: string): void {
  for (const folder of folders) {
    const path = join(directory, folder)
    if (isThere(path) && !isFolder(path))
      setAside(path, `The folder ${folder}`, 'it is not a folder', 'A new folder takes its place.')
    else tighten(path, 0o700)
  }
  for (const file of files) tighten(join(directory, file), 0o600)
}

const isThere = (path: string) => look(() => lstatSync(path, { throwIfNoEntry: false })) !== undefined

/** Also by a link: a data directory may lie on several disks. */
const isFolder = (path: string) => look(() => statSync(path, { throwIfNoEntry: false }))?.isDirectory() === true

/** What cannot be looked at is left to whoever reads it, and says so. */
function look<T>(at: () => T): T | undefined {
  try {
    return at()
  } catch {
    return undefined
  }
}

function tighten(path: string, mode: number): void {
  const found = look(() => lstatSync(path, { throwIfNoEntry: false }))
  if (!found || found.isSymbolicLink() || process.platform === 'win32' || (found.mode & 0o077) === 0) return
  try {
    chmodSync(path, mode)
  } catch (error) {
    const raw = error instanceof Error ? error.message : String(error)
    reportFile({
      path,
      keptAs: null,
      message: `Others may be able to read it, and its mode could not be changed: ${raw}.`,
    })
  }
}
