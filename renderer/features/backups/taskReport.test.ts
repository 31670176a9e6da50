import { expect, it } from 'vitest'
import type { Task } from '#shared/contract/tasks.ts'
import { taskReport } from './taskReport.ts'

const at = Date.UTC(2026, 10, 23, 15, 0)
const task: Task = {
  id: 't',
  kind: 'restore',
  call: 'backups.restore',
  effect: 'destructive',
  context: 'context:prod',
  cluster: 'context:prod',
  offers: [],
  seen: false,
  namespace: 'agency-swarm',
  title: 'Restore to 14:12',
  state: 'failed',
  steps: [
    {
      id: 'check',
      title: 'Check the backup',
      state: 'done',
      detail: 'hashes fit',
      startedAt: at,
      endedAt: at + 9_000,
      group: 'safe',
    },
    { id: 'swap', title: 'Swap', state: 'waiting', detail: '', group: 'change' },
  ],
  log: [{ at, level: 'info', text: 'reading the archive' }],
  startedAt: at,
  endedAt: at + 9_500,
  by: 'root',
  uncancellable: '',
  fault: { code: 'DISK_FULL', message: 'The volume is full. Nothing live was changed.', details: {} },
  result: {},
}

it('tells what happened, step by step, and why it ended', () => {
  const report = taskReport(task, 'prod-eu-1')
  expect(report).toContain('Cluster prod-eu-1, namespace agency-swarm, by root')
  expect(report).toContain('- Check the backup: done 9 s. hashes fit')
  expect(report).toContain('- Swap: waiting')
  expect(report).toContain('DISK_FULL: The volume is full.')
  expect(report).toContain('15:00:00 reading the archive')
})
