import type { Task } from '#shared/contract/tasks.ts'

/** Where a console is killed, and what the task must then be; null when there must be none. */
export const points: { at: string; state: Task['state'] | null; steps: Task['steps'][number]['state'][] }[] = [
  { at: 'before the beginning is written', state: null, steps: [] },
  { at: 'after the beginning is written', state: 'interrupted', steps: ['waiting', 'waiting'] },
  { at: 'in copy', state: 'interrupted', steps: ['interrupted', 'waiting'] },
  { at: 'between the steps', state: 'interrupted', steps: ['done', 'waiting'] },
  { at: 'in swap', state: 'interrupted', steps: ['done', 'interrupted'] },
  { at: 'after the last step', state: 'interrupted', steps: ['done', 'done'] },
  { at: 'before the end is written', state: 'interrupted', steps: ['done', 'done'] },
  { at: 'after the end is written', state: 'done', steps: ['done', 'done'] },
  { at: 'before the end is audited', state: 'done', steps: ['done', 'done'] },
  { at: 'after the end is audited', state: 'done', steps: ['done', 'done'] },
]
