import { useMemo, useState } from 'react'
import { compareLines, textOf, type DiffLine } from './diffLines.ts'
import { YamlLine } from './CodeView.tsx'
import './CodeView.css'

export interface DiffViewProps {
  before: string
  after: string
  label: string
  mode?: 'unified' | 'split'
}

/** Equal stretches longer than this fold, but for three lines around each change. */
const contextLines = 3
const foldFrom = 8

/** What a change would do, line by line, with the changed words marked. */
export function DiffView({ before, after, label, mode = 'unified' }: DiffViewProps) {
  const lines = useMemo(() => compareLines(before, after), [before, after])
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set())
  const parts = useMemo(() => fold(lines, opened), [lines, opened])
  const open = (at: number) => setOpened(new Set([...opened, at]))
  return (
    <div className="k-code" role="region" aria-label={label} tabIndex={0}>
      {mode === 'unified' ? (
        <div className="k-code-lines mono selectable">
          {parts.map((part) =>
            'hidden' in part ? (
              <Fold key={`fold${part.at}`} count={part.hidden} onOpen={() => open(part.at)} />
            ) : (
              <UnifiedLine key={part.at} line={part.line} />
            ),
          )}
        </div>
      ) : (
        <Halves parts={parts} onOpen={open} />
      )}
    </div>
  )
}

type Part = { at: number; line: DiffLine } | { at: number; hidden: number }

function fold(lines: readonly DiffLine[], opened: ReadonlySet<number>): Part[] {
  const parts: Part[] = []
  for (let at = 0; at < lines.length;) {
    let end = at
    while (lines[end]?.kind === 'same') end += 1
    const head = at === 0 ? 0 : contextLines
    const tail = end === lines.length ? 0 : contextLines
    const hidden = end - at - head - tail
    const isFolded = hidden >= foldFrom - 2 && !opened.has(at + head)
    for (let index = at; index < Math.max(end, at + 1); index += 1) {
      const line = lines[index]
      if (isFolded && index === at + head) parts.push({ at: index, hidden })
      if (line && !(isFolded && index >= at + head && index < end - tail)) parts.push({ at: index, line })
    }
    at = Math.max(end, at + 1)
  }
  return parts
}

function Fold({ count, onOpen }: { count: number; onOpen: () => void }) {
  return (
    <button type="button" className="k-diff-fold" onClick={onOpen}>
      {count} lines the same
    </button>
  )
}

const signs = { same: '', added: '+', removed: '-' } as const

function UnifiedLine({ line }: { line: DiffLine }) {
  return (
    <div className={`k-code-line k-diff-${line.kind}`}>
      <span className="k-code-number">{line.before}</span>
      <span className="k-code-number">{line.after}</span>
      <span className="k-diff-sign">{signs[line.kind]}</span>
      <LineText line={line} />
    </div>
  )
}

function LineText({ line }: { line: DiffLine }) {
  if (line.kind === 'same') {
    return (
      <code>
        <YamlLine line={textOf(line)} />
      </code>
    )
  }
  return (
    <code>{line.parts.map((part, index) => (part.isChanged ? <mark key={index}>{part.text}</mark> : part.text))}</code>
  )
}

function Halves({ parts, onOpen }: { parts: readonly Part[]; onOpen: (at: number) => void }) {
  return (
    <div className="k-diff-halves">
      {(['removed', 'added'] as const).map((side) => (
        <div key={side} className="k-code-lines mono selectable">
          {parts.map((part) => {
            if ('hidden' in part)
              return <Fold key={`fold${part.at}`} count={part.hidden} onOpen={() => onOpen(part.at)} />
            const isHere = part.line.kind === 'same' || part.line.kind === side
            return isHere ? (
              <div key={part.at} className={`k-code-line k-diff-${part.line.kind}`}>
                <span className="k-code-number">{side === 'added' ? part.line.after : part.line.before}</span>
                <LineText line={part.line} />
              </div>
            ) : (
              <div key={part.at} className="k-code-line k-diff-blank" />
            )
          })}
        </div>
      ))}
    </div>
  )
}
