import { expect, test } from 'vitest'
import { sampleAudit } from '../../testing/sampleData.ts'
import { shortHash, targetOf } from './auditColumns.tsx'

const [entry] = sampleAudit()
if (!entry) throw new Error('the sample holds entries')

test('a target is named by what people recognise', () => {
  expect(targetOf({ ...entry, details: { names: ['a', 'b'], cluster: 'x' } })).toBe('a, b')
  expect(targetOf({ ...entry, details: { backupId: 'bk-1' } })).toBe('bk-1')
  expect(targetOf({ ...entry, details: {} })).toBe('')
})

test('a hash is shortened in the middle', () => {
  expect(shortHash('c4d091be70000000')).toBe('c4d0…0000')
  expect(shortHash('short')).toBe('short')
})
