import type { ImpactLike } from './ImpactView.tsx'

/** As the contract's schema infers it. */
interface Mutable extends ImpactLike {
  effects: string[]
  warnings: string[]
  changes: ImpactLike['changes'][number][]
}

/** The blast radius of several changes as one: what two of them say alike is said once. */
export function combineImpacts(impacts: readonly ImpactLike[]): Mutable {
  const all = (of: (impact: ImpactLike) => readonly string[]) => [...new Set(impacts.flatMap(of))]
  const stuck = impacts.filter((impact) => !impact.canUndo)
  return {
    effects: all((impact) => impact.effects),
    warnings: all((impact) => impact.warnings),
    changes: impacts.flatMap((impact) => impact.changes),
    undo: all((impact) => ((stuck.length > 0 ? stuck : impacts).includes(impact) ? [impact.undo] : [])).join(' '),
    canUndo: stuck.length === 0,
  }
}
