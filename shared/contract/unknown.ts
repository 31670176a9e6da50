import { z } from 'zod'
import { fault, time, type Fault } from './base.ts'

/**
 * What is known about something, or why it is not: `forbidden` (no right to read it), `absent` (the cluster has no such thing or
 * does not serve the kind), `notAsked` (not looked at yet, or not needed), `failed` (asked, and no good answer came), `stale` (a value
 * of an earlier look, because the newest one failed). None of them is an empty list, a zero or a good state.
 */
export function known<Value extends z.ZodType>(value: Value) {
  return z.discriminatedUnion('state', [
    z.object({ state: z.literal('known'), value }),
    ...unknownStates,
    z.object({ state: z.literal('stale'), value, at: time, fault: fault.optional() }),
  ])
}

const unreadState = z.enum(['forbidden', 'absent', 'notAsked', 'failed'])
const why = { fault: fault.optional(), at: time.optional() }
const unknownStates = [
  z.object({ state: z.literal('forbidden'), ...why }),
  z.object({ state: z.literal('absent'), ...why }),
  z.object({ state: z.literal('notAsked'), ...why }),
  z.object({ state: z.literal('failed'), ...why }),
] as const

/** A kind of object that could not be listed, and why. */
export const unreadKind = z.object({ kind: z.string(), state: unreadState, fault })
export type UnreadKind = z.infer<typeof unreadKind>

/** Why there is no value at all. */
export interface Unknown {
  state: z.infer<typeof unreadState>
  /** The error that says so. */
  fault?: Fault
  /** When it was tried. */
  at?: number
}

/** See `known`. */
export type Known<Value> =
  { state: 'known'; value: Value } | Unknown | { state: 'stale'; value: Value; at: number; fault?: Fault }
