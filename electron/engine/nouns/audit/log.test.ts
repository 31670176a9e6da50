import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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
})
