import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { fileProblems } from './fileProblems.ts'
import { JsonFile } from './jsonFile.ts'
import { SettingsFile } from './settings.ts'

const schema = z.object({ counts: z.record(z.string(), z.number()) })
let folder: string
let path: string
const opened = () =>
  new JsonFile({
    path,
    schema,
    initial: { counts: {} },
    what: 'the counts',
  })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-json-'))
  path = join(folder, 'counts.json')
})
afterEach(async () => {
  await chmod(folder, 0o700).catch(() => undefined)
  await rm(folder, { recursive: true, force: true })
})

it('keeps every one of 120 simultaneous updates, and leaves no temporary file', async () => {
  const file = opened()
  const updates = Array.from({ length: 120 }, (_, i) =>
    file.update(({ counts }) => ({ counts: { ...counts, [`n${i}`]: i } })),
  )
  const settled = await Promise.allSettled(updates)
  expect(settled.filter(({ status }) => status === 'rejected')).toEqual([])
  expect(Object.keys(opened().current.counts)).toHaveLength(120)
  expect(await readdir(folder)).toEqual(['counts.json'])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

it('keeps settings that were changed at the same moment', async () => {
  const settings = new SettingsFile(folder)
  await Promise.all(
    Array.from({ length: 40 }, (_, i) => [
      settings.update({ theme: 'light' }),
      settings.update({ singleKeys: false }),
      settings.update({ kubectlPath: `/bin/kubectl-${i}` }),
    ]).flat(),
  )
  expect(new SettingsFile(folder).current).toMatchObject({
    theme: 'light',
    singleKeys: false,
    kubectlPath: '/bin/kubectl-39',
  })
})

it('two writers of one file leave one of the two texts whole', async () => {
  const [one, two] = [opened(), opened()]
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => [
      one.update(() => ({ counts: { one: i } })),
      two.update(() => ({ counts: { two: i } })),
    ]).flat(),
  )
  expect([{ one: 19 }, { two: 19 }]).toContainEqual(opened().current.counts)
})

it.each([
  ['half a file', '{"counts":{"a":'],
  ['a file of another form', '{"counts":[1]}'],
  ['an empty file', ''],
])('starts with %s: it is set aside under a name that says so, and reported', async (_what, text) => {
  await writeFile(path, text)
  const file = opened()
  expect(file.current).toEqual({ counts: {} })
  const [aside] = await readdir(folder)
  expect(aside).toMatch(/^counts\.json\.unreadable-/)
  expect(await readFile(join(folder, aside ?? ''), 'utf8')).toBe(text)
  expect(fileProblems().at(-1)).toMatchObject({ path, keptAs: join(folder, aside ?? '') })
  await file.update(() => ({ counts: { a: 1 } }))
  expect(opened().current.counts).toEqual({ a: 1 })
})

it('creates its folder again when it was removed', async () => {
  const file = opened()
  await rm(folder, { recursive: true })
  await file.update(() => ({ counts: { a: 1 } }))
  expect(opened().current.counts).toEqual({ a: 1 })
})

it('says with a stable code that it cannot be written, and keeps the old value', async () => {
  const file = opened()
  await file.update(() => ({ counts: { a: 1 } }))
  await rm(folder, { recursive: true })
  await writeFile(folder, 'a file where the folder was')
  await expect(file.update(() => ({ counts: { a: 2 } }))).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    message: expect.stringContaining('the counts') as string,
  })
  expect(file.current).toEqual({ counts: { a: 1 } })
  await rm(folder)
  await mkdir(folder)
  await file.update(({ counts }) => ({ counts: { ...counts, b: 2 } }))
  expect(opened().current.counts).toEqual({ a: 1, b: 2 })
})

// A device that is always full stands for the full disk: it needs no rights to mount one.
it.runIf(process.platform === 'linux')('says DISK_FULL when the disk is full', async () => {
  const { storageError } = await import('./durable.ts')
  const full = await writeFile('/dev/full', 'x').catch((error: unknown) => error)
  expect(storageError(full, 'the counts', path)).toMatchObject({ code: 'DISK_FULL' })
})
