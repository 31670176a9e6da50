import { Play, Square, Undo2 } from 'lucide-react'
import type { StepIn } from './stepIn.ts'

const icons = { Stop: Square, Resume: Play, Undo: Undo2 }

/** "If you step in now": what each act would do, before anybody reaches for it. */
export function StepInPanel({ acts }: { acts: readonly StepIn[] }) {
  if (acts.length === 0) return null
  return (
    <section className="step-in" aria-label="If you step in now">
      <h3>If you step in now</h3>
      <dl>
        {acts.map(({ act, words }) => {
          const Icon = icons[act]
          return (
            <div key={act}>
              <dt>
                <Icon size={13} strokeWidth={1.6} aria-hidden />
                {act}
              </dt>
              <dd>{words}</dd>
            </div>
          )
        })}
      </dl>
    </section>
  )
}
