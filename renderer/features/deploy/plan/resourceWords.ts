import type { Step } from '#shared/contract/tasks.ts'
import type { StatusKind } from '../../../kit/index.ts'
import type { Action } from '../deployView.ts'

/** What happens to a resource: a sign where there is little room, and the word. */
export const actionWords: Record<Action, { sign: string; word: string }> = {
  create: { sign: '+', word: 'create' },
  change: { sign: '~', word: 'change' },
  replace: { sign: '↻', word: 'replace' },
  same: { sign: '=', word: 'same' },
  conflict: { sign: '!', word: 'conflict' },
  refused: { sign: '×', word: 'refused' },
}

export const stepStatus: Record<Step['state'], StatusKind> = {
  waiting: 'waiting',
  running: 'progress',
  done: 'healthy',
  failed: 'failed',
  skipped: 'off',
  undone: 'doneBefore',
  interrupted: 'warning',
}
