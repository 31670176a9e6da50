import { createHash } from 'node:crypto'
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Where the node keeps things. Everything below `data` may be owned by another user than the sandbox's. */
export interface Directories {
  data: string
  pods: string
  volumes: string
  logs: string
  /** Unix sockets: their paths may be 107 bytes long, so this one is short. */
  sockets: string
  processRecord: string
}

/** Used by root alone: PostgreSQL refuses root, and its user cannot pass through root's home folder. */
const sharedDataRoot = '/var/lib/agency-swarm-sandbox'

/**
 * The folders of a node whose state is kept in `stateDirectory`. Data lies inside it, except where the sandbox runs as root
 * and other users cannot pass through to it: then under /var/lib/agency-swarm-sandbox, removed by `removeNodeState`.
 */
export function nodeDirectories(stateDirectory: string): Directories {
  const state = resolve(stateDirectory)
  const data = process.getuid?.() === 0 && !isOpenToOthers(state) ? sharedData(state) : join(state, 'node')
  return {
    data,
    pods: join(data, 'pods'),
    volumes: join(data, 'volumes'),
    logs: join(state, 'logs'),
    sockets: join(data, 's'),
    processRecord: join(state, 'processes.json'),
  }
}

export function createNodeDirectories(stateDirectory: string, directories: Directories): void {
  removeAbandoned()
  mkdirSync(directories.logs, { recursive: true, mode: 0o700 })
  for (const path of [directories.data, directories.pods, directories.volumes, directories.sockets]) {
    mkdirSync(path, { recursive: true, mode: 0o711 })
  }
  if (directories.data.startsWith(sharedDataRoot)) {
    writeFileSync(join(directories.data, 'state-directory'), resolve(stateDirectory), { mode: 0o600 })
  }
}

/** Makes a private folder for a user; folders made on the way are that user's too, or it could not pass. */
export function makeOwnFolder(path: string, owner: { uid: number; gid: number } | undefined): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 })
  if (first === undefined || owner === undefined) return
  for (let folder = path; folder.startsWith(first); folder = dirname(folder)) chownSync(folder, owner.uid, owner.gid)
}

/** Removes what the node keeps, volumes included. The node must be stopped. */
export function removeNodeState(stateDirectory: string): void {
  const directories = nodeDirectories(stateDirectory)
  for (const path of [directories.data, directories.logs, directories.processRecord]) {
    rmSync(path, { recursive: true, force: true })
  }
}

function sharedData(state: string): string {
  return join(sharedDataRoot, createHash('sha256').update(state).digest('hex').slice(0, 12))
}

function isOpenToOthers(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false
    if (dirname(folder) === folder) return true
  }
}

/** Data whose state directory was deleted by hand would otherwise stay forever. */
function removeAbandoned(): void {
  if (process.getuid?.() !== 0 || !existsSync(sharedDataRoot)) return
  for (const name of readdirSync(sharedDataRoot)) {
    const folder = join(sharedDataRoot, name)
    const owner = join(folder, 'state-directory')
    if (!lstatSync(folder).isDirectory() || !existsSync(owner)) continue
    if (!existsSync(readFileSync(owner, 'utf8'))) rmSync(folder, { recursive: true, force: true })
  }
}
