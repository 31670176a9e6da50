import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { LogLine } from '#shared/contract/logs.ts'
import { jsonHeight, LogJson } from './LogJson.tsx'
import { LogRow } from './LogRow.tsx'
import type { LogSession } from './logSession.ts'
import { MatchRuler } from './MatchRuler.tsx'
import { RowHeights } from './rowHeights.ts'
import { podColour } from './selection.ts'

/** Widths of the fixed columns and the advance of one character, pixels; the style sheet says the same. */
const fixedColumns = 352
const characterWidth = 6.9
const overscan = 12

export interface LogListProps {
  session: LogSession
  onSearch: (text: string) => void
}

/** The lines, of which only those in sight exist in the page. It stays at the end while one follows. */
export function LogList({ session, onSearch }: LogListProps) {
  const { version, paused, wrap, current, expanded } = useStore(session.store)
  const container = useRef<HTMLDivElement>(null)
  const lastTop = useRef(0)
  const [heights] = useState(() => new RowHeights())
  const [seen, setSeen] = useState({ top: 0, height: 600, width: 900 })
  const { shown } = session.view
  const { matcher } = session
  heights.update(shown, wrap ? Math.max(20, Math.floor((seen.width - fixedColumns) / characterWidth)) : 0)

  const openAt = expanded < 0 ? -1 : shown.findIndex((line) => line.id === expanded)
  const openLine = shown[openAt]
  const panel = openLine?.json ? jsonHeight(openLine.json) : 0
  const topOf = (index: number) => heights.top(index) + (openAt >= 0 && index > openAt ? panel : 0)
  const total = topOf(shown.length) + (openAt >= 0 && openAt === shown.length - 1 ? panel : 0)

  useEffect(() => {
    const element = container.current
    if (!element) return
    const observer = new ResizeObserver(() =>
      setSeen((before) => ({ ...before, height: element.clientHeight, width: element.clientWidth })),
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useLayoutEffect(() => {
    const element = container.current
    if (element && !paused) element.scrollTop = element.scrollHeight
    // A smaller window or another zoom leaves the end out of sight as new lines do.
  }, [version, paused, total, seen.height, seen.width])

  useLayoutEffect(() => {
    const element = container.current
    if (!element || current < 0) return
    const top = heights.top(current)
    if (top < element.scrollTop + 40 || top > element.scrollTop + element.clientHeight - 60) {
      element.scrollTop = Math.max(0, top - element.clientHeight / 2)
    }
  }, [current, heights])

  const onScroll = () => {
    const element = container.current
    if (!element) return
    const isAway = element.scrollHeight - element.scrollTop - element.clientHeight > 30
    // The list itself only ever scrolls down while following: up was a person who wants to read.
    const isResized = element.clientHeight !== seen.height || element.clientWidth !== seen.width
    if (!paused && !isResized && isAway && element.scrollTop < lastTop.current) session.pause(Date.now())
    lastTop.current = element.scrollTop
    setSeen((before) => ({ ...before, top: element.scrollTop }))
  }
  const toggle = (line: LogLine) => {
    session.pause(Date.now())
    session.store.setState({ expanded: expanded === line.id ? -1 : line.id })
  }

  const first = Math.max(0, heights.indexAt(seen.top - panel, shown.length) - overscan)
  const last = Math.min(shown.length, heights.indexAt(seen.top + seen.height, shown.length) + overscan)
  return (
    <div className="logs-body">
      <div
        ref={container}
        className="logs-list"
        role="table"
        aria-label="Log lines"
        aria-rowcount={shown.length}
        tabIndex={0}
        onScroll={onScroll}
      >
        <div className="logs-canvas" style={{ height: total }}>
          {shown.slice(first, last).map((line, offset) => (
            <LogRow
              key={`${line.id}${line.gap ? 'g' : ''}`}
              line={line}
              top={topOf(first + offset)}
              height={heights.top(first + offset + 1) - heights.top(first + offset)}
              colour={podColour(session.podCounts, line.pod)}
              matcher={matcher}
              isCurrent={first + offset === current}
              isExpanded={line.id === expanded}
              wrap={wrap}
              onToggle={toggle}
            />
          ))}
          {openLine?.json ? <LogJson json={openLine.json} top={heights.top(openAt + 1)} onSearch={onSearch} /> : null}
        </div>
      </div>
      <MatchRuler matches={session.view.matches} count={shown.length} current={current} version={version} />
    </div>
  )
}
