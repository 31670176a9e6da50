import { ORPCError } from '@orpc/client'
import type { Fault } from '#shared/contract/base.ts'
import { faultOf } from '#shared/errors.ts'

/** Any thrown thing as data to show: a stable code, the message for people, the facts behind "Details". */
export function asFault(thrown: unknown): Fault {
  if (thrown instanceof ORPCError) {
    const details: unknown = thrown.data
    return { code: String(thrown.code), message: thrown.message, details: isRecord(details) ? details : {} }
  }
  return faultOf(thrown)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
