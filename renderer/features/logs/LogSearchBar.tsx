import { CaseSensitive, ChevronDown, ChevronUp, Pause, Play, Regex, Search } from 'lucide-react'
import type { RefObject } from 'react'
import { useStore } from 'zustand'
import { Button, formatCount, IconButton, Segments } from '../../kit/index.ts'
import type { LogQuery } from './logSearch.ts'
import type { LogSession } from './logSession.ts'

export interface LogSearchBarProps {
  session: LogSession
  input: RefObject<HTMLInputElement | null>
  onMatch: (step: 1 | -1) => void
  onToggleFollow: () => void
}

export function LogSearchBar({ session, input, onMatch, onToggleFollow }: LogSearchBarProps) {
  const { query, problem, onlyMatches, paused, current } = useStore(session.store)
  const { matches } = session.view
  const change = (change: Partial<LogQuery>) => session.search({ ...query, ...change })
  return (
    <div className="logs-bar">
      <div className={problem ? 'logs-search logs-search-wrong' : 'logs-search'}>
        <Search size={14} strokeWidth={1.6} aria-hidden />
        <input
          ref={input}
          className="mono"
          type="text"
          data-filter-field
          data-testid="logs-search"
          aria-label="Search in the lines"
          aria-invalid={problem !== '' || undefined}
          placeholder="Search in the lines"
          spellCheck={false}
          value={query.text}
          onChange={(event) => change({ text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onMatch(event.shiftKey ? -1 : 1)
            if (event.key !== 'Escape') return
            event.stopPropagation()
            if (query.text) change({ text: '' })
            else event.currentTarget.blur()
          }}
        />
        <IconButton
          icon={CaseSensitive}
          label="Match case"
          size="small"
          pressed={query.matchCase}
          onClick={() => change({ matchCase: !query.matchCase })}
        />
        <IconButton
          icon={Regex}
          label="Regular expression"
          size="small"
          pressed={query.regex}
          onClick={() => change({ regex: !query.regex })}
        />
        {query.text && !problem ? (
          <>
            <span className="logs-found" role="status">
              {current >= 0 ? `${formatCount(matches.indexOf(current) + 1)} of ` : ''}
              {formatCount(matches.length)}
              {current >= 0 ? '' : matches.length === 1 ? ' match' : ' matches'}
            </span>
            <IconButton
              icon={ChevronUp}
              label="Previous match"
              keys="Shift+N"
              size="small"
              onClick={() => onMatch(-1)}
            />
            <IconButton icon={ChevronDown} label="Next match" keys="N" size="small" onClick={() => onMatch(1)} />
          </>
        ) : null}
        {problem ? <span className="logs-problem">{problem}</span> : null}
      </div>
      <Segments
        label="Matches"
        value={onlyMatches ? 'only' : 'highlight'}
        options={[
          { value: 'highlight', title: 'Highlight' },
          { value: 'only', title: 'Only matches' },
        ]}
        onChange={(value) => session.setOnlyMatches(value === 'only')}
      />
      <span data-testid="logs-follow">
        <Button
          kind={paused ? 'primary' : 'default'}
          icon={paused ? Play : Pause}
          keys="Space"
          onClick={onToggleFollow}
        >
          {paused ? 'Follow' : 'Pause'}
        </Button>
      </span>
    </div>
  )
}
