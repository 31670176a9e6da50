import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { JsonLines } from './jsonLines.ts'

let folder: string
let lines: JsonLines<{ n: number }>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-lines-'))
  lines = new JsonLines(join(folder, 'journal.jsonl'), z.object({ n: z.number() }))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('a line cut off by a crash says nothing, and swallows no later one', async () => {
  lines.append({ n: 1 })
  await appendFile(lines.path, '{"n":2')
  lines.append({ n: 3 })
  expect(lines.read()).toEqual([{ n: 1 }, { n: 3 }])
  expect(await readFile(lines.path, 'utf8')).toBe('{"n":1}\n{"n":2\n{"n":3}\n')
})

it('creates its folder again when it was removed', async () => {
  lines.append({ n: 1 })
  await rm(folder, { recursive: true })
  lines.append({ n: 2 })
  expect(lines.read()).toEqual([{ n: 2 }])
})
