import { useLayoutEffect, useRef } from 'react'
import type { Task } from '#shared/contract/tasks.ts'
import { formatClock, Panel } from '../../../kit/index.ts'

/** What a deployment says while it works; it stays at the newest line. */
export function RunPanel({ log, isShort = false }: { log: Task['log']; isShort?: boolean }) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = box.current
    if (element) element.scrollTop = element.scrollHeight
  }, [log.length])
  return (
    <div className={isShort ? 'deploy-run deploy-run-short' : 'deploy-run'}>
      <Panel title="What happened" isFlush>
        <div ref={box} className="deploy-log mono selectable" role="log" tabIndex={0}>
          {log.map((line, index) => (
            <div key={index} className={`deploy-log-${line.level}`}>
              <time>{formatClock(line.at)}</time> {line.text}
            </div>
          ))}
        </div>
      </Panel>
    </div>
  )
}
