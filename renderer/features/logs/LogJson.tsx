import { Copy, Filter } from 'lucide-react'
import { Button } from '../../kit/index.ts'
import { jsonTokens } from './logText.ts'

/** Fields that tie lines of several services together, the most telling first. */
const threads = ['task_id', 'taskId', 'trace_id', 'traceId', 'request_id', 'requestId', 'reqId', 'agent_id', 'agentId']

const lineHeight = 18
const padding = 16
const tallest = 306

/** Pixels the panel of a line takes; more than that scrolls inside. */
export function jsonHeight(json: string): number {
  const lines = jsonTokens(json).reduce((sum, token) => sum + (token.text.startsWith('\n') ? 1 : 0), 1)
  return Math.min(tallest, lines * lineHeight + padding)
}

/** @returns name and value of the field that follows one piece of work through the services */
function threadOf(json: string): { field: string; value: string } | null {
  try {
    const parsed: unknown = JSON.parse(json)
    if (typeof parsed !== 'object' || parsed === null) return null
    const fields = new Map(Object.entries(parsed))
    for (const field of threads) {
      const value: unknown = fields.get(field)
      if ((typeof value === 'string' && value !== '') || typeof value === 'number')
        return { field, value: String(value) }
    }
  } catch {
    return null
  }
  return null
}

export interface LogJsonProps {
  json: string
  top: number
  onSearch: (text: string) => void
}

export function LogJson({ json, top, onSearch }: LogJsonProps) {
  const thread = threadOf(json)
  return (
    <div className="logs-json" style={{ transform: `translateY(${top}px)`, height: jsonHeight(json) }}>
      <pre className="mono selectable">
        {jsonTokens(json).map((token, index) => (
          <span key={index} className={`logs-json-${token.kind}`}>
            {token.text}
          </span>
        ))}
      </pre>
      <div className="logs-json-actions">
        {thread ? (
          <Button size="small" icon={Filter} onClick={() => onSearch(thread.value)}>
            Only this {thread.field}
          </Button>
        ) : null}
        <Button size="small" icon={Copy} onClick={() => navigator.clipboard.writeText(json)}>
          Copy JSON
        </Button>
      </div>
    </div>
  )
}
