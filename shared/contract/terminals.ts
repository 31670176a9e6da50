import { z } from 'zod'
import { eventIterator } from '@orpc/contract'
import { confirmation, contextId, kubeName, read, scope, streamId, time, write } from './base.ts'
import { intoPods, nothing, on, type RightsOf } from './right.ts'

const size = { columns: z.number().int().min(2).max(1000), rows: z.number().int().min(1).max(1000) }

export const terminalOutput = z.discriminatedUnion('type', [
  z.object({ type: z.literal('opened'), title: z.string() }),
  z.object({ type: z.literal('data'), data: z.string() }),
  z.object({ type: z.literal('exited'), exitCode: z.number().nullable(), message: z.string() }),
])
export type TerminalOutput = z.infer<typeof terminalOutput>

/** What a request of a terminal would do to the cluster. `connect` is a way into a pod or through the API server; `unclear` cannot be read. */
export const terminalVerb = z.enum(['create', 'update', 'patch', 'delete', 'deletecollection', 'connect', 'unclear'])
export type TerminalVerb = z.infer<typeof terminalVerb>

/** A write that a production terminal wants to make, and that waits for a yes. Its texts are safe to show. */
export const terminalQuestion = z.object({
  id: z.string(),
  /** The terminal that it comes from. */
  streamId,
  context: contextId,
  /** Of the cluster, for people; what is typed at level 3. */
  cluster: z.string(),
  verb: terminalVerb,
  /** Plural, with group and subresource: `pods/exec`, `deployments.apps`. Empty where it is unclear. */
  resource: z.string(),
  /** Null where it is not of one namespace. */
  namespace: z.string().nullable(),
  /** Of a collection at most the first 20. */
  names: z.array(z.string()),
  /** Objects that it reaches; null where that could not be read. */
  count: z.number().int().nullable(),
  /** As kubectl names it ("kubectl apply"); empty where it did not. */
  command: z.string(),
  /** Method and path on the wire. */
  request: z.string(),
  /** Whom it asks to be; empty for the person themselves. */
  actsAs: z.string(),
  /** What would be written, values of Secrets struck out; empty where there is nothing. */
  content: z.string(),
  /** As for the console's own calls. 2: a yes. 3: the cluster's name typed, every time. */
  level: z.union([z.literal(2), z.literal(3)]),
  askedAt: time,
  /** After this it is refused. */
  until: time,
})
export type TerminalQuestion = z.infer<typeof terminalQuestion>

/** What the guard of all kubectl terminals says at a time. */
export const terminalGuard = z.object({
  /** Oldest first. */
  questions: z.array(terminalQuestion),
  /** Terminals whose writes of level 2 pass unasked until then. */
  allowed: z.array(z.object({ streamId, until: time })),
})
export type TerminalGuard = z.infer<typeof terminalGuard>

/** How long "allow for a while" holds, and how long a question waits. Milliseconds. */
export const allowedFor = 60_000
export const questionWaits = 120_000

export const terminals = {
  /** A shell in a container. Output is acknowledged in characters (streams.acknowledge). */
  shell: write('opened a shell in a pod')
    .input(scope.extend({ streamId, pod: kubeName, container: kubeName.optional(), ...size }))
    .output(eventIterator(terminalOutput)),
  /** The person's own shell with kubectl bound to this context and nothing else. On production every write asks first. */
  kubectl: write('opened a kubectl terminal', 'read_only')
    .input(scope.extend({ streamId, ...size }))
    .output(eventIterator(terminalOutput)),
  input: read.input(z.object({ streamId, data: z.string().max(1_048_576) })).output(z.void()),
  resize: read.input(z.object({ streamId, ...size })).output(z.void()),
  close: read.input(z.object({ streamId })).output(z.void()),
  /** At once and at every change. */
  guard: read.output(eventIterator(terminalGuard)),
  /** `forAWhile`: this one, those of the same terminal that wait, and those of the next `allowedFor`, as far as they are of level 2. */
  answer: write('answered a question of a kubectl terminal')
    .input(
      scope.extend({
        id: z.string().max(64),
        answer: z.enum(['refuse', 'once', 'forAWhile']),
        confirmation: confirmation.default({}),
      }),
    )
    .output(z.void()),
  /** Writes of this terminal are asked about again. */
  lock: read.input(z.object({ streamId })).output(z.void()),
}

export const terminalsRights = {
  shell: [on('pods', 'get'), ...intoPods],
  // The person's own kubectl: it may do what their account may.
  kubectl: nothing,
  input: nothing,
  resize: nothing,
  close: nothing,
  guard: nothing,
  answer: nothing,
  lock: nothing,
} satisfies RightsOf<typeof terminals>
