import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { run } from '../setup/run.ts'
import { changedFiles } from './changed.ts'

let root: string
const git = (...args: string[]) =>
  run('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: root })
const write = (name: string, text: string) => writeFile(join(root, name), text)

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'changed-'))
  await git('init', '-q', '-b', 'main')
  for (const name of ['kept.ts', 'edited.ts', 'removed.ts']) await write(name, name)
  await git('add', '.')
  await git('commit', '-qm', 'first')
})
afterEach(() => rm(root, { recursive: true, force: true }))

it('finds what a branch committed, edited and added, and leaves out what it deleted', async () => {
  await git('switch', '-qc', 'work')
  await write('committed é.ts', 'new')
  await git('rm', '-q', 'removed.ts')
  await git('add', '.')
  await git('commit', '-qm', 'second')
  await write('edited.ts', 'other')
  await write('untracked.ts', 'new')
  expect(await changedFiles(root)).toEqual(['committed é.ts', 'edited.ts', 'untracked.ts'])
})

it('counts from the commit where no main is known', async () => {
  await git('branch', '-qm', 'trunk')
  expect(await changedFiles(root)).toEqual([])
  await write('edited.ts', 'other')
  expect(await changedFiles(root)).toEqual(['edited.ts'])
})

it('says so outside of a work tree', async () => {
  await rm(join(root, '.git'), { recursive: true })
  await expect(changedFiles(root)).rejects.toThrow(/git/)
})
