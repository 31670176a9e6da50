import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { spdyDictionary } from './spdyDictionary.ts'

it('is the dictionary of the specification, byte for byte', () => {
  const digest = createHash('sha256').update(spdyDictionary).digest('hex')
  expect(digest).toBe('51d27341373f923f3cd88e1eb7162aeaa3723d7585ff2399201dc06498407f02')
})
