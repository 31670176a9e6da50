import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AuditLog, type AuditFact } from './log.ts'

const fact = (summary: string, details: Record<string, unknown> = {}): AuditFact => ({
  by: 'maya',
  action: 'pods.delete',
  summary,
  cluster: 'sandbox',
  namespace: 'agency-swarm',
  effect: 'destructive',
  outcome: 'done',
  details,
})

describe('audit log', () => {
  let directory = ''
  let log: AuditLog
  const file = () => join(directory, 'audit.jsonl')
  const lines = async () => (await readFile(file(), 'utf8')).trimEnd().split('\n')

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'audit-'))
    log = new AuditLog(directory)
    for (const name of ['one', 'two', 'three', 'four']) await log.append(fact(name))
  })
  afterEach(async () => {
    await log.close()
    await rm(directory, { recursive: true })
  })

  it('verifies an untouched chain and continues it after a restart', async () => {
    await log.close()
    const next = new AuditLog(directory)
    await next.append(fact('five'))
    expect(await next.verify()).toMatchObject({ intact: true, entries: 5 })
    expect((await next.list(2)).map((entry) => entry.summary)).toEqual(['five', 'four'])
    await next.close()
  })

  it('finds an edited entry', async () => {
    await writeFile(file(), (await readFile(file(), 'utf8')).replace('"two"', '"too"'))
    expect(await log.verify()).toMatchObject({ intact: false, brokenAt: 2 })
  })

  it('finds a removed and a swapped entry', async () => {
    const [a, b, c, d] = await lines()
    await writeFile(file(), `${[a, c, d].join('\n')}\n`)
    expect(await log.verify()).toMatchObject({ intact: false, brokenAt: 2 })
    await writeFile(file(), `${[a, c, b, d].join('\n')}\n`)
    expect(await log.verify()).toMatchObject({ intact: false, brokenAt: 2 })
  })

  it('finds a tail that was cut off', async () => {
    const [a, b] = await lines()
    await log.close()
    await writeFile(file(), `${[a, b].join('\n')}\n`)
    expect(await new AuditLog(directory).verify()).toMatchObject({ intact: false, brokenAt: 3 })
  })

  it('writes no secrets', async () => {
    await log.append(fact('five', { password: 'hunter2', nested: { apiToken: 'abc' }, reason: 'kept' }))
    const text = await readFile(file(), 'utf8')
    expect(text).not.toMatch(/hunter2|"abc"/)
    expect(text).toContain('kept')
  })

  it('keeps order when entries are written at the same time', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, i) => log.append(fact(`parallel ${i}`))))
    expect(await log.verify()).toMatchObject({ intact: true, entries: 54 })
  })

  it('reads pages of a long log from any place, without what is not asked for', async () => {
    await Promise.all(Array.from({ length: 600 }, (_, i) => log.append(fact(`entry ${i}`, { text: 'x'.repeat(700) }))))
    const sequences = async (limit: number, before?: number) =>
      (await log.list(limit, before)).map(({ sequence }) => sequence)
    expect(await sequences(3)).toEqual([604, 603, 602])
    for (const before of [3, 77, 300, 301, 603, 604])
      expect(await sequences(2, before)).toEqual([before - 1, before - 2])
    expect([await sequences(2, 1), await sequences(2, 2), await sequences(2, 700)]).toEqual([[], [1], [604, 603]])
    const all: number[] = []
    for (let page = await sequences(100); page.length > 0; page = await sequences(100, page.at(-1))) all.push(...page)
    expect(all).toEqual(Array.from({ length: 604 }, (_, i) => 604 - i))
  })

  it('continues after a crash that left half a line, and one that left the head behind', async () => {
    await log.close()
    await appendFile(file(), '{"sequence":5,"at":')
    await writeFile(
      join(directory, 'audit.head'),
      JSON.stringify({ sequence: 2, hash: (await new AuditLog(directory).list(3))[2]?.hash }),
    )
    const next = new AuditLog(directory)
    await next.append(fact('five'))
    expect(await next.verify()).toMatchObject({ intact: true, entries: 5 })
    await next.close()
  })

  it('says with a code that it cannot be written, leaves no part of the entry, and continues when it can', async () => {
    await log.close()
    const text = await readFile(file(), 'utf8')
    await rm(file())
    await mkdir(file())
    await expect(log.append(fact('lost'))).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    await rm(file(), { recursive: true })
    await writeFile(file(), text)
    await log.append(fact('five'))
    expect(await log.verify()).toMatchObject({ intact: true, entries: 5 })
  })
})
