import { UseBar } from '../../../kit/index.ts'
import type { Use } from './quotaUse.ts'

/** A bar for each resource of a quota. Short: the two fullest, without figures, as in a table. */
export function QuotaUse({ uses, isShort = false }: { uses: readonly Use[]; isShort?: boolean }) {
  const shown = isShort ? [...uses].sort((a, b) => b.used / b.limit - a.used / a.limit).slice(0, 2) : uses
  return (
    <div className={isShort ? 'configuration-uses configuration-uses-short' : 'configuration-uses'}>
      {shown.map((use) => (
        <div key={use.resource} title={`${use.resource}: ${use.usedText} of ${use.limitText}`}>
          <span className="truncate">{use.resource}</span>
          <UseBar used={use.used} limit={use.limit} label={use.resource} width={isShort ? 44 : 96} />
          <span className="dim">
            {use.usedText} of {use.limitText}
          </span>
        </div>
      ))}
    </div>
  )
}
