import { expect, it } from 'vitest'
import { formatBytes, readQuantity } from './quantity.ts'

it.each([
  ['250m', 0.25],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['5.', 5],
  ['100n', 1e-7],
  ['1500u', 0.0015],
  ['2k', 2000],
  ['3M', 3e6],
  ['1G', 1e9],
  ['1T', 1e12],
  ['1P', 1e15],
  ['2E', 2e18],
  ['1Ki', 1024],
  ['512Mi', 536870912],
  ['1.5Gi', 1610612736],
  ['1Ti', 2 ** 40],
  ['1Pi', 2 ** 50],
  ['1Ei', 2 ** 60],
  ['1e3', 1000],
  ['1E3', 1000],
  ['12e-1', 1.2],
  ['-1', -1],
  ['+2Ki', 2048],
  [3, 3],
])('reads %s as %d', (text, expected) => expect(readQuantity(text)).toBe(expected))

it.each(['', 'abc', '1KiB', '1 Gi', '1ee3', 'Ki', '1K', '0x10', '1mi', '1e3Mi', undefined])(
  'takes %j for none',
  (text) => expect(readQuantity(text)).toBeUndefined(),
)

it.each([
  [0, '0'],
  [1500, '1500'],
  [1024, '1Ki'],
  [512 * 2 ** 20, '512Mi'],
  [1536 * 2 ** 20, '1536Mi'],
  [3 * 2 ** 30, '3Gi'],
])('writes %d bytes as %s', (bytes, expected) => expect(formatBytes(bytes)).toBe(expected))
