import { z } from 'zod'

/** Text without control characters (PostgreSQL refuses U+0000; the rest only hides things in logs and terminals). */
export const line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters')

/** Text of several lines. */
export const paragraph = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[^\0]*$/, 'must not contain U+0000')
