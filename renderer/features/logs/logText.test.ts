import { describe, expect, it } from 'vitest'
import { exportLines, jsonTokens, shortPod } from './logText.ts'
import { logLine } from './testing/logLine.ts'

describe('log text', () => {
  it('exports whole lines with time, source and level, one a line', () => {
    const text = exportLines([
      logLine({ at: Date.UTC(2026, 0, 2, 3, 4, 5, 678), json: '{"msg":"request served"}' }),
      logLine({ at: Date.UTC(2026, 0, 2, 3, 4, 6), level: 'error', text: 'boom' }),
    ])
    expect(text).toBe(
      '2026-01-02T03:04:05.678Z backend-1/backend INFO {"msg":"request served"}\n2026-01-02T03:04:06.000Z backend-1/backend ERROR boom\n',
    )
  })

  it('shortens generated names and leaves others', () => {
    expect(shortPod('agency-swarm-backend-7f6d4c9b5d-6nqvs')).toBe('backend-…-6nqvs')
    expect(shortPod('agency-swarm-migrate-20261123-152430-62af-cclgj')).toBe('migrate-…-cclgj')
    expect(shortPod('agency-swarm-postgresql-0')).toBe('postgresql-0')
  })

  it('colours JSON without changing a character of it', () => {
    const json = '{"event":"task: \\"done\\"","cost":-1.5,"ok":true,"inner":{"list":[1,null],"empty":{}}}'
    const tokens = jsonTokens(json)
    expect(tokens.map((token) => token.text).join('')).toBe(JSON.stringify(JSON.parse(json), null, 2))
    expect(tokens.filter((token) => token.kind === 'key').map((token) => token.text)).toEqual([
      '"event"',
      '"cost"',
      '"ok"',
      '"inner"',
      '"list"',
      '"empty"',
    ])
    expect(tokens.filter((token) => token.kind === 'number').map((token) => token.text)).toEqual(['-1.5', '1'])
  })

  it('keeps every digit of a long number', () => {
    const text = jsonTokens('{"id":12345678901234567890}')
      .map((token) => token.text)
      .join('')
    expect(text).toBe('{\n  "id": 12345678901234567890\n}')
  })

  it('shows what is not JSON as it is', () => {
    expect(jsonTokens('{half')).toEqual([{ text: '{half', kind: 'plain' }])
  })
})
