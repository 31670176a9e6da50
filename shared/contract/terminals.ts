import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { clusterId, kubeName, read, scope, streamId, write } from './base.ts'

const size = { columns: z.number().int().min(2).max(1000), rows: z.number().int().min(1).max(1000) }

export const terminalOutput = z.discriminatedUnion('type', [
  z.object({ type: z.literal('opened'), title: z.string() }),
  z.object({ type: z.literal('data'), data: z.string() }),
  z.object({ type: z.literal('exited'), exitCode: z.number().nullable(), message: z.string() }),
])
export type TerminalOutput = z.infer<typeof terminalOutput>

export const terminals = {
  /** A shell in a container. Output is acknowledged in characters (streams.acknowledge). */
  shell: write('opened a shell in a pod')
    .input(scope.extend({ streamId, pod: kubeName, container: kubeName.optional(), ...size }))
    .output(eventIterator(terminalOutput)),
  /** The person's own shell with kubectl bound to this context and nothing else. */
  kubectl: write('opened a kubectl terminal', 'read_only')
    .input(scope.extend({ streamId, ...size }))
    .output(eventIterator(terminalOutput)),
  input: read.input(z.object({ streamId, data: z.string().max(1_048_576) })).output(z.void()),
  resize: read.input(z.object({ streamId, ...size })).output(z.void()),
  close: read.input(z.object({ streamId })).output(z.void()),
}

export const forward = z.object({
  id: z.string(),
  cluster: clusterId,
  namespace: z.string(),
  pod: z.string(),
  port: z.number(),
  localPort: z.number(),
  state: z.enum(['open', 'reconnecting', 'failed']),
  detail: z.string(),
})
export type Forward = z.infer<typeof forward>

export const forwards = {
  watch: read.output(eventIterator(z.array(forward))),
  open: write('opened a port-forward')
    .input(
      scope.extend({
        pod: kubeName,
        port: z.number().int().min(1).max(65535),
        localPort: z.number().int().min(0).max(65535).default(0),
      }),
    )
    .output(forward),
  close: write('closed a port-forward')
    .input(z.object({ id: z.string() }))
    .output(z.void()),
}
