import { useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { Button, formatClock, formatMinute } from '../../kit/index.ts'
import { histogram, widthLabel } from './histogram.ts'
import type { LogSession } from './logSession.ts'
import { showsLine } from './logView.ts'

const bars = 90
const height = 56

/** Lines over time by level. Dragging over a part narrows the list to it. Redrawn at most twice a second, not per batch. */
export function LogHistogram({ session, tick }: { session: LogSession; tick: number }) {
  const { facets } = useStore(session.store)
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  const plot = useRef<SVGSVGElement>(null)
  const drawn = useMemo(() => {
    const { lines } = session.buffer
    const whole = { ...facets, range: null }
    // The buffer is filled in place: the tick says when to look again.
    return { ...histogram(lines, lines.length, bars, (line) => showsLine(line, whole)), tick }
  }, [session, facets, tick])
  const { bins, widthMs, tallest } = drawn
  const first = bins[0]
  const span = bins.length * widthMs
  const timeAt = (clientX: number) => {
    const box = plot.current?.getBoundingClientRect()
    const fraction = box ? (clientX - box.left) / box.width : 0
    return (first?.from ?? 0) + Math.min(1, Math.max(0, fraction)) * span
  }
  const finish = () => {
    if (drag) {
      const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]
      session.setFacets({ ...facets, range: to - from < widthMs ? null : { from, to } })
    }
    setDrag(null)
  }
  const marked = drag ?? facets.range
  const position = (at: number) => ((at - (first?.from ?? 0)) / span) * 100
  return (
    <figure className="logs-histogram">
      <figcaption>
        <span className="logs-key logs-key-error">error</span>
        <span className="logs-key logs-key-warn">warning</span>
        <span className="logs-key logs-key-other">other</span>
        <span>lines per {widthLabel(widthMs)} · drag to narrow</span>
        {facets.range ? (
          <Button kind="quiet" size="small" onClick={() => session.setFacets({ ...facets, range: null })}>
            Show all of the time
          </Button>
        ) : null}
      </figcaption>
      <div className="logs-plot">
        <div className="logs-axis-y" aria-hidden>
          <span>{tallest}</span>
          <span>0</span>
        </div>
        <svg
          ref={plot}
          viewBox={`0 0 ${Math.max(bins.length, 1)} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={summary(drawn)}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId)
            setDrag({ from: timeAt(event.clientX), to: timeAt(event.clientX) })
          }}
          onPointerMove={(event) => drag && setDrag({ ...drag, to: timeAt(event.clientX) })}
          onPointerUp={finish}
        >
          {bins.map((bin, index) => {
            const scale = (count: number) => (count / Math.max(1, tallest)) * height
            const [other, warn, error] = [scale(bin.other), scale(bin.warn), scale(bin.error)]
            return (
              <g key={bin.from}>
                <rect className="logs-bar-other" x={index + 0.08} width={0.84} y={height - other} height={other} />
                <rect className="logs-bar-warn" x={index + 0.08} width={0.84} y={height - other - warn} height={warn} />
                <rect
                  className="logs-bar-error"
                  x={index + 0.08}
                  width={0.84}
                  y={height - other - warn - error}
                  height={error}
                />
              </g>
            )
          })}
        </svg>
        {marked && first ? (
          <i
            className="logs-range"
            style={{
              left: `calc(40px + (100% - 40px) * ${Math.max(0, position(Math.min(marked.from, marked.to))) / 100})`,
              width: `calc((100% - 40px) * ${Math.min(100, Math.abs(position(marked.to) - position(marked.from))) / 100})`,
            }}
          />
        ) : null}
      </div>
      <div className="logs-axis-x" aria-hidden>
        {first
          ? [0, 0.25, 0.5, 0.75, 1].map((part) => <span key={part}>{timeLabel(first.from + span * part, span)}</span>)
          : null}
      </div>
    </figure>
  )
}

const timeLabel = (at: number, span: number) => (span < 600_000 ? formatClock(at) : formatMinute(at))

function summary({ bins, widthMs }: ReturnType<typeof histogram>): string {
  const errors = bins.reduce((sum, bin) => sum + bin.error, 0)
  const warnings = bins.reduce((sum, bin) => sum + bin.warn, 0)
  return `Lines per ${widthLabel(widthMs)}: ${errors} errors and ${warnings} warnings in ${bins.length} intervals`
}
