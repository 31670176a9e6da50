import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../setup/run.ts'

/**
 * Files that differ from where this branch left main, with what is not committed yet, as paths from `root`; deleted ones are left out.
 * On main itself, and in a clone that knows no main, what differs from the last commit.
 * @throws Error outside of a Git work tree
 */
export async function changedFiles(root: string): Promise<string[]> {
  const git = (...args: string[]) =>
    run('git', args, { cwd: root }).then((output) => output.split('\0').filter(Boolean))
  const base = await branchedFrom(root)
  const names = [
    ...(await git('diff', '--name-only', '--no-renames', '-z', base, '--')),
    ...(await git('ls-files', '--others', '--exclude-standard', '-z')),
  ]
  return [...new Set(names)].filter((name) => existsSync(join(root, name))).sort()
}

async function branchedFrom(root: string): Promise<string> {
  for (const main of ['origin/main', 'main']) {
    try {
      return (await run('git', ['merge-base', main, 'HEAD'], { cwd: root })).trim()
    } catch {
      // This clone has no such branch: the next name is tried, and at last the commit itself.
    }
  }
  return 'HEAD'
}
