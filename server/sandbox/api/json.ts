/** A JSON object of unknown shape. */
export type Json = Record<string, unknown>

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A whole copy; `undefined` stays. */
export const copyOf = <T>(value: T): T => structuredClone(value)

/** The object under a key, put there when absent. */
export function child(parent: Json, key: string): Json {
  const found = parent[key]
  if (isJson(found)) return found
  const created: Json = {}
  parent[key] = created
  return created
}
