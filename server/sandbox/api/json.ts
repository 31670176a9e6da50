/** A JSON object of unknown shape. */
export type Json = Record<string, unknown>

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A whole copy; `undefined` stays. */
export const copyOf = <T>(value: T): T => structuredClone(value)
