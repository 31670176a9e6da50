import { z } from 'zod'
import { eventIterator } from '@orpc/contract'
import { kubeName, read, scope, streamId, write } from './base.ts'
import { intoPods, nothing, on, type RightsOf } from './right.ts'

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

export const terminalsRights = {
  shell: [on('pods', 'get'), ...intoPods],
  // The person's own kubectl: it may do what their account may.
  kubectl: nothing,
  input: nothing,
  resize: nothing,
  close: nothing,
} satisfies RightsOf<typeof terminals>
