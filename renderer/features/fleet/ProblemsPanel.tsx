import { Panel, plural, StatusGlyph } from '../../kit/index.ts'

interface Problem {
  path: string
  line?: number | undefined
  message: string
}

/** Kubeconfig files, or entries of them, that cannot be used; all others are. */
export function ProblemsPanel({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null
  return (
    <Panel
      title="Kubeconfig problems"
      aside={`${plural(problems.length, 'entry', 'entries')} left out`}
      isFlush
      isScrolling
    >
      <ul className="fleet-attention">
        {problems.map((problem) => (
          <li key={`${problem.path} ${problem.line ?? ''} ${problem.message}`}>
            <StatusGlyph status="warning" size={15} />
            <div className="fleet-attention-text selectable">
              <code>
                {problem.path}
                {problem.line === undefined ? '' : `:${problem.line}`}
              </code>
              <div className="quiet-text">{problem.message}</div>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
