import { existsSync, readdirSync, renameSync, rmdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { clusterFolder } from './suiteFolder.ts'

/** What became of the entries that were kept under a former id. Paths are relative to the root. */
export interface Moved {
  moved: string[]
  /** There is one of the same name under the new id; both stay where they are. */
  left: string[]
}

/** Whether anything is kept under this id. */
export function isKept(root: string, cluster: string): boolean {
  return existsSync(clusterFolder(root, cluster))
}

/**
 * Moves what is kept under one id of a cluster to another id of it, by renaming. Where both exist they are joined entry by entry:
 * nothing is overwritten. Runs in one go, so no reader of this process sees half of it; after a crash it can simply be repeated.
 * @throws the file system's error; what was renamed until then is found under the new id
 */
export function moveCluster(root: string, from: string, to: string): Moved {
  const result: Moved = { moved: [], left: [] }
  if (from !== to && isKept(root, from)) moveInto(clusterFolder(root, from), clusterFolder(root, to), '', 2, result)
  return result
}

/** @param depth how many folders deep two that exist on both sides are joined: namespaces, then what is in them */
function moveInto(from: string, to: string, path: string, depth: number, result: Moved): void {
  if (!existsSync(to)) {
    renameSync(from, to)
    result.moved.push(path === '' ? '.' : path)
    return
  }
  if (depth === 0 || !isFolder(from) || !isFolder(to)) {
    result.left.push(path)
    return
  }
  for (const name of readdirSync(from)) moveInto(join(from, name), join(to, name), join(path, name), depth - 1, result)
  if (readdirSync(from).length === 0) rmdirSync(from)
}

const isFolder = (path: string) => statSync(path).isDirectory()
