import { readFileSync } from 'node:fs'
import { processTree } from '../../../electron/e2e/processTree.ts'

/** Bytes of memory of a process and all that it started, shared pages counted in parts (PSS). */
export function proportionalSize(root: number): number {
  return processTree(root).reduce((sum, { pid }) => sum + sizeOf(pid), 0)
}

function sizeOf(pid: number): number {
  try {
    const [, kibibytes = '0'] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
    return Number(kibibytes) * 1_024
  } catch {
    // It ended while it was looked at.
    return 0
  }
}
