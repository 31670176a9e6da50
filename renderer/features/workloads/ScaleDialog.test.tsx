import { expect, it } from 'vitest'
import { replicasProblem } from './ScaleDialog.tsx'

it('takes whole numbers up to the limit and says what is wrong with others', () => {
  expect(replicasProblem('0')).toBeUndefined()
  expect(replicasProblem('1000')).toBeUndefined()
  expect(replicasProblem('1001')).toContain('At most')
  for (const typed of ['', '-1', '2.5', 'many']) expect(replicasProblem(typed)).toBe('Type a whole number.')
})
