import { Undo2 } from 'lucide-react'
import { Banner } from './Banner.tsx'
import { FieldChanges, type FieldChangeLike } from './FieldChanges.tsx'
import './ImpactView.css'

/** The same shape as the contract's impact. */
export interface ImpactLike {
  effects: readonly string[]
  warnings: readonly string[]
  changes: readonly FieldChangeLike[]
  undo: string
  canUndo: boolean
}

/** What a change does before it is done: what cannot be undone first, then warnings, effects, fields and the way back. */
export function ImpactView({ impact, isOld = false }: { impact: ImpactLike; isOld?: boolean }) {
  return (
    <div className="k-impact" data-old={isOld || undefined} aria-busy={isOld}>
      {impact.canUndo ? null : (
        <Banner tone="warn" title="This cannot be undone.">
          {impact.undo}
        </Banner>
      )}
      {impact.warnings.map((warning) => (
        <Banner key={warning} tone="warn" title={warning} />
      ))}
      <section>
        <h3>What it does</h3>
        <ul className="k-impact-effects selectable">
          {impact.effects.map((effect) => (
            <li key={effect}>{effect}</li>
          ))}
          {impact.effects.length === 0 ? <li>Nothing that anybody would notice.</li> : null}
        </ul>
      </section>
      {impact.changes.length > 0 ? <FieldChanges label="Fields that change" changes={impact.changes} /> : null}
      {impact.canUndo ? (
        <p className="k-impact-undo selectable">
          <Undo2 size={14} strokeWidth={1.6} aria-hidden />
          {impact.undo}
        </p>
      ) : null}
    </div>
  )
}
