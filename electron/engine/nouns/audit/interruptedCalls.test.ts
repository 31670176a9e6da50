import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { InterruptedCalls } from './interruptedCalls.ts'
import { AuditLog, type AuditFact } from './log.ts'

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'audit-calls-'))))
afterEach(() => rm(folder, { recursive: true }))

function fact(action: string, outcome: AuditFact['outcome'], details: Record<string, unknown> = {}): AuditFact {
  const place = { cluster: 'uid', namespace: 'agency-swarm' }
  return { by: 'maya', action, summary: action, ...place, effect: 'destructive', outcome, details }
}
async function session(write: (audit: AuditLog) => Promise<void>): Promise<void> {
  const audit = new AuditLog(folder)
  await write(audit)
  await audit.close()
}
/** What a start adds: outcome, and the number of the beginning that it ends. */
async function startOver(ofTasks: number[] = []): Promise<unknown[][]> {
  const audit = new AuditLog(folder)
  await new InterruptedCalls(audit).settle(new Set(ofTasks))
  const entries = await audit.list(100)
  await audit.close()
  return entries
    .filter(({ outcome }) => outcome === 'interrupted')
    .map(({ action, details }) => [action, details['started']])
    .reverse()
}

it('ends each call that a killed console left open, once, and no other', async () => {
  await session(async (audit) => {
    await audit.append(fact('pods.delete', 'started')) // 1, open
    await audit.append(fact('pods.delete', 'refused'))
    await audit.append(fact('backups.keepRestore', 'started')) // 3
    await audit.append(fact('pods.delete', 'started')) // 4
    await audit.append(fact('pods.delete', 'done', { started: 4 }))
    await audit.append(fact('backups.keepRestore', 'failed', { started: 3 }))
    await audit.append(fact('terminals.open', 'started')) // 7, open
  })
  const expected = [
    ['pods.delete', 1],
    ['terminals.open', 7],
  ]
  expect(await startOver()).toEqual(expected)
  expect(await startOver()).toEqual(expected)
})

it('leaves the beginning of a task to the end of the task', async () => {
  await session(async (audit) => {
    await audit.append(fact('backups.restore', 'started'))
    await audit.append(fact('backups.undoRestore', 'started'))
    await audit.append(fact('backups.undoRestore', 'interrupted', { started: 2, task: 't' }))
  })
  expect(await startOver([1])).toEqual([['backups.undoRestore', 2]])
})

it('reads a log of the version before, whose ends do not name their beginnings', async () => {
  await session(async (audit) => {
    await audit.append(fact('pods.delete', 'started'))
    await audit.append(fact('pods.delete', 'done'))
    await audit.append(fact('pods.delete', 'started')) // 3, open
    await audit.append(fact('accounts.token', 'started'))
    await audit.append(fact('accounts.token', 'failed'))
  })
  expect(await startOver()).toEqual([['pods.delete', 3]])
})

it('does not end a call of the session that is running', async () => {
  await session(async (audit) => {
    await audit.append(fact('pods.delete', 'started'))
  })
  const audit = new AuditLog(folder)
  const calls = new InterruptedCalls(audit)
  await audit.append(fact('rollouts.restart', 'started'))
  expect(await calls.settle(new Set())).toBe(1)
  expect((await audit.list(1))[0]).toMatchObject({ action: 'pods.delete', outcome: 'interrupted' })
  await audit.close()
})
