import { Panel, plural, StatusGlyph } from '../../kit/index.ts'

interface Problem {
  path: string
  line?: number | undefined
  severity: 'error' | 'warning'
  message: string
}

/** Kubeconfig files, or entries of them, that cannot be used or are odd; all others are used. */
export function ProblemsPanel({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const counts = [
    ...(errors > 0 ? [`${plural(errors, 'entry', 'entries')} left out`] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning', 'warnings')] : []),
  ]
  return (
    <Panel title="Kubeconfig problems" aside={counts.join(', ')} isFlush isScrolling>
      <ul className="fleet-attention">
        {problems.map((problem) => (
          <li key={`${problem.path} ${problem.line ?? ''} ${problem.message}`}>
            <StatusGlyph status={problem.severity === 'error' ? 'failed' : 'warning'} size={15} />
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
