import { DiffView } from '../../../kit/index.ts'

/** One text before and after. */
export interface Difference {
  /** The key, or what the text is. */
  title: string
  before: string
  after: string
}

/** Exactly what is written, line by line. */
export function Differences({ differences }: { differences: readonly Difference[] }) {
  return differences.map(({ title, before, after }) => (
    <section key={title} className="configuration-written" aria-label={`Written to ${title}`}>
      <h3 className="mono">{title}</h3>
      <div className="configuration-difference">
        <DiffView before={before} after={after} label={`What is written to ${title}`} />
      </div>
    </section>
  ))
}
