import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of that many KiB, where this user may mount one. @returns undefined where not */
export async function smallDisk(kibibytes: number): Promise<{ path: string; remove: () => Promise<void> } | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'small-disk-'))
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', path], { stdio: 'pipe' })
  } catch {
    await rm(path, { recursive: true, force: true })
    return undefined
  }
  await chmod(path, 0o700)
  return {
    path,
    remove: async () => {
      execFileSync('/bin/umount', [path])
      await rm(path, { recursive: true, force: true })
    },
  }
}
