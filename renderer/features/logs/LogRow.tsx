import { ChevronDown, ChevronRight, TriangleAlert } from 'lucide-react'
import type { CSSProperties } from 'react'
import type { LogLine } from '#shared/contract/logs.ts'
import { formatExact, formatMoment } from '../../kit/index.ts'
import { cutAtMatches, type LogMatcher } from './logSearch.ts'
import { shortPod } from './logText.ts'

export interface LogRowProps {
  line: LogLine
  top: number
  height: number
  colour: string
  matcher: LogMatcher | null
  isCurrent: boolean
  isExpanded: boolean
  wrap: boolean
  onToggle: (line: LogLine) => void
}

const levelWord: Record<LogLine['level'], string> = {
  error: 'ERROR',
  warn: 'WARN',
  info: 'INFO',
  debug: 'DEBUG',
  other: '',
}

export function LogRow(props: LogRowProps) {
  const { line, top, height } = props
  const style: CSSProperties = { transform: `translateY(${top}px)`, height }
  if (line.gap) {
    return (
      <div className="logs-gap" style={style} role="row">
        <span role="cell">
          <TriangleAlert size={14} aria-hidden /> {formatExact(line.at)} {line.text}
        </span>
      </div>
    )
  }
  const state = `${props.isCurrent ? ' logs-row-current' : ''}${props.wrap ? ' logs-row-wrap' : ''}`
  return (
    <div className={`logs-row logs-row-${line.level}${state}`} style={style} role="row">
      <span role="cell" className="logs-cell-open">
        {line.json ? (
          <button
            type="button"
            aria-label={props.isExpanded ? 'Close the JSON' : 'Open the JSON'}
            aria-expanded={props.isExpanded}
            onClick={() => props.onToggle(line)}
          >
            {props.isExpanded ? <ChevronDown size={13} aria-hidden /> : <ChevronRight size={13} aria-hidden />}
          </button>
        ) : null}
      </span>
      <time role="cell" className="logs-cell-time" title={formatMoment(line.at)}>
        {formatExact(line.at)}
      </time>
      <span
        role="cell"
        className="logs-cell-pod"
        style={{ color: props.colour }}
        title={`${line.pod} / ${line.container}`}
      >
        <i style={{ background: props.colour }} />
        <span className="truncate">{shortPod(line.pod)}</span>
      </span>
      <span role="cell" className="logs-cell-level">
        {levelWord[line.level]}
      </span>
      <span role="cell" className="logs-cell-text selectable">
        <LogText text={line.text} matcher={props.matcher} />
      </span>
    </div>
  )
}

function LogText({ text, matcher }: { text: string; matcher: LogMatcher | null }) {
  const ranges = matcher?.(text) ?? []
  if (ranges.length === 0) return text
  return cutAtMatches(text, ranges).map((piece, index) =>
    piece.hit ? <mark key={index}>{piece.text}</mark> : piece.text,
  )
}
