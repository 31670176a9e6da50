import { expect, it } from 'vitest'
import { readLine } from './readLine.ts'

it.each([
  ['{"level":"warn","msg":"slow query","ms":12}', 'warn', 'slow query'],
  ['{"level":50,"msg":"failed"}', 'error', 'failed'],
  ['{"severity":"NOTICE","message":"hello"}', 'info', 'hello'],
  ['{"level":"silly"}', 'other', '{"level":"silly"}'],
])('reads the JSON line %s', (raw, level, text) => expect(readLine(raw)).toEqual({ level, text, json: raw }))

it.each([
  ['2026-11-23 10:00:00 UTC [1] LOG:  database system is ready', 'info'],
  ['2026-11-23 10:00:00 UTC [1] FATAL:  role "x" does not exist', 'error'],
  ['W1123 10:00:00.000000 1 main.go:5] careful', 'warn'],
  ['[error] upstream timed out', 'error'],
  ['Listening on port 8080', 'other'],
  ['{ not json: error', 'error'],
  [`${'x '.repeat(100)} error`, 'other'],
])('guesses the level of %s', (raw, level) => expect(readLine(raw)).toEqual({ level, text: raw }))
