import { ConsoleError } from '#shared/errors.ts'
import { readQuantity } from '#shared/quantity.ts'

/**
 * @returns the quantity in base units (cores, bytes)
 * @throws ConsoleError BAD_INPUT when it is not a quantity
 */
export function parseQuantity(text: string | number): number {
  const value = readQuantity(text)
  if (value !== undefined) return value
  throw new ConsoleError('BAD_INPUT', `"${text}" is not a quantity. Examples: 250m, 1.5, 512Mi, 1.5Gi, 1e3.`)
}
