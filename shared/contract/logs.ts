import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { kubeName, read, scope, streamId } from './base.ts'
import { on, type RightsOf } from './right.ts'

export const logLevels = ['error', 'warn', 'info', 'debug', 'other'] as const

export const logLine = z.object({
  /** Increases by one a line within the stream. */
  id: z.number(),
  /** Milliseconds since 1970, with a fraction: nanoseconds survive as far as a double carries them. */
  at: z.number(),
  pod: z.string(),
  container: z.string(),
  level: z.enum(logLevels),
  /** What people read: the message of a JSON line, else the line itself; already neutralised. */
  text: z.string(),
  /** The whole line where it is JSON. */
  json: z.string().optional(),
  /** True for a marker that says lines may be missing here. */
  gap: z.boolean().optional(),
})
export type LogLine = z.infer<typeof logLine>

export const logBatch = z.object({
  lines: z.array(logLine),
  sources: z.array(
    z.object({
      pod: z.string(),
      container: z.string(),
      state: z.enum(['opening', 'following', 'ended', 'failed']),
      detail: z.string(),
    }),
  ),
})
export type LogBatch = z.infer<typeof logBatch>

export const logs = {
  /**
   * Lines of all matching pods, merged by time. New pods of the service join by themselves. The window acknowledges lines
   * (streams.acknowledge); the engine stops reading 20,000 lines ahead.
   */
  follow: read
    .input(
      scope.extend({
        streamId,
        /** Values of the `app` label; empty means all pods of the namespace. */
        services: z.array(z.string().max(253)).max(64),
        pods: z.array(kubeName).max(64),
        previous: z.boolean().default(false),
        sinceSeconds: z.number().int().positive().max(31_536_000).optional(),
        tailLines: z.number().int().nonnegative().max(1_000_000).optional(),
      }),
    )
    .output(eventIterator(logBatch)),
}

export const logsRights = {
  follow: [on('pods', 'get', 'list', 'watch'), on('pods/log', 'get')],
} satisfies RightsOf<typeof logs>
