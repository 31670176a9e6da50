import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** ok; invalid: bad arguments; refused: permission or a rule of the suite; failed: our fault. */
export type ToolOutcome = 'ok' | 'invalid' | 'refused' | 'failed'

export interface McpMetrics {
  readonly observeCall: (tool: string, outcome: ToolOutcome, milliseconds: number) => void
  readonly setSessions: (open: number) => void
}

export function createMcpMetrics(registry: Registry): McpMetrics {
  const calls = new Counter({
    name: 'mcp_tool_calls_total',
    help: 'Calls of tools by how they ended: ok, invalid, refused or failed.',
    labelNames: ['tool', 'outcome'] as const,
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'mcp_tool_duration_seconds',
    help: 'Time from a call of a tool to its answer.',
    labelNames: ['tool'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const sessions = new Gauge({
    name: 'mcp_sessions_open',
    help: 'Sessions that this process holds.',
    registers: [registry],
  })
  return {
    observeCall: (tool, outcome, milliseconds) => {
      calls.inc({ tool, outcome })
      duration.observe({ tool }, milliseconds / 1000)
    },
    setSessions: (open) => sessions.set(open),
  }
}
