import { describe, expect, it } from 'vitest'
import { Credit, creditStep } from './credit.ts'

describe('credit of a terminal', () => {
  it('acknowledges in whole steps and keeps the rest for later', () => {
    const told: number[] = []
    const credit = new Credit((count) => told.push(count))
    credit.drawn(creditStep - 1)
    expect(told).toEqual([])
    credit.drawn(2)
    credit.drawn(creditStep * 3)
    expect(told).toEqual([creditStep, creditStep * 3])
    credit.drawn(creditStep - 1)
    expect(told.reduce((sum, count) => sum + count, 0)).toBe(creditStep * 5)
  })
})
