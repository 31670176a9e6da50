import { describe, expect, test } from 'vitest'
import { formatAge, formatBytes, formatCores, formatDuration, plural } from './formats.ts'

describe('figures', () => {
  test('bytes use binary units with at most three digits', () => {
    expect([0, 512, 948 * 1024 ** 2, 1.5 * 1024 ** 3, 12.34 * 1024 ** 3].map(formatBytes)).toEqual([
      '0',
      '512 B',
      '948 Mi',
      '1.5 Gi',
      '12.3 Gi',
    ])
  })

  test('cores below one are millicores', () => {
    expect([0, 0.311, 1, 1.25, 48].map(formatCores)).toEqual(['0', '311m', '1', '1.25', '48'])
  })

  test('durations name their two largest units', () => {
    expect([850, 4200, 36_000, 216_000, 9_120_000, 101 * 3_600_000].map(formatDuration)).toEqual([
      '850 ms',
      '4.2 s',
      '36 s',
      '3 min 36 s',
      '2 h 32 min',
      '4 d 5 h',
    ])
  })

  test('a duration just under a minute does not read as 60 s', () => {
    expect(formatDuration(59_800)).toBe('1 min')
  })

  test('ages have one unit', () => {
    expect([24_000, 240_000, 12 * 86_400_000].map(formatAge)).toEqual(['24s', '4m', '12d'])
  })

  test('one is singular', () => {
    expect([plural(1, 'pod'), plural(2, 'pod'), plural(0, 'entry', 'entries')]).toEqual([
      '1 pod',
      '2 pods',
      '0 entries',
    ])
  })
})
