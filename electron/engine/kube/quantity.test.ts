import { expect, it } from 'vitest'
import { parseQuantity } from './quantity.ts'

it('reads what is a quantity', () => expect(parseQuantity('1.5Gi')).toBe(1.5 * 2 ** 30))

it.each(['', 'abc', '1KiB', '1 Gi', '1K'])('refuses %j', (text) =>
  expect(() => parseQuantity(text)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' })),
)
