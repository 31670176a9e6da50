import type { Impact } from '#shared/contract/operations.ts'

/** The blast radius of several changes as one: what two of them say alike is said once. */
export function combineImpacts(impacts: readonly Impact[]): Impact {
  const all = (of: (impact: Impact) => readonly string[]) => [...new Set(impacts.flatMap(of))]
  const stuck = impacts.filter((impact) => !impact.canUndo)
  return {
    effects: all((impact) => impact.effects),
    warnings: all((impact) => impact.warnings),
    changes: impacts.flatMap((impact) => impact.changes),
    undo: all((impact) => ((stuck.length > 0 ? stuck : impacts).includes(impact) ? [impact.undo] : [])).join(' '),
    canUndo: stuck.length === 0,
  }
}
