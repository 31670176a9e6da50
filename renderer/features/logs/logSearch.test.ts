import { describe, expect, it } from 'vitest'
import { compileQuery, cutAtMatches } from './logSearch.ts'

const ranges = (text: string, typed: string, regex = false, matchCase = false) =>
  compileQuery({ text: typed, regex, matchCase }).matches?.(text)

describe('searching logs', () => {
  it('takes plain text literally and ignores case unless asked', () => {
    expect(ranges('a.b A.B axb', 'a.b')).toEqual([
      [0, 3],
      [4, 7],
    ])
    expect(ranges('a.b A.B axb', 'a.b', false, true)).toEqual([[0, 3]])
  })

  it('reads a regular expression when asked', () => {
    expect(ranges('time out, timed out', 'time(d )?', true)).toEqual([
      [0, 4],
      [10, 16],
    ])
  })

  it('does not loop on an expression that matches nothing', () => {
    expect(ranges('abc', 'x*', true)).toEqual([])
  })

  it('says what is wrong with an expression and matches nothing meanwhile', () => {
    const compiled = compileQuery({ text: '(', regex: true, matchCase: false })
    expect(compiled.matches).toBeNull()
    expect(compiled.problem).toContain('cannot be read')
  })

  it('cuts a line into its matching and other pieces without losing a character', () => {
    const pieces = cutAtMatches('memory high memory', [
      [0, 6],
      [12, 18],
    ])
    expect(pieces.map((piece) => piece.text).join('')).toBe('memory high memory')
    expect(pieces.filter((piece) => piece.hit)).toHaveLength(2)
  })
})
