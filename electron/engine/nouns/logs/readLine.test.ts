import { expect, it } from 'vitest'
import { readLine } from './readLine.ts'

it.each([
  ['{"level":"warn","msg":"slow query","ms":12}', 'warn', 'slow query'],
  ['{"level":50,"msg":"failed"}', 'error', 'failed'],
  ['{"severity":"NOTICE","message":"hello"}', 'info', 'hello'],
  ['{"level":"silly"}', 'other', '{"level":"silly"}'],
  ['{"log.level":"ERROR","message":"ecs"}', 'error', 'ecs'],
  ['{"log":{"level":"warn"},"message":"nested"}', 'warn', 'nested'],
  ['{"@t":"2026-12-01","@mt":"serilog","@l":"Warning"}', 'warn', 'serilog'],
  ['{"@t":"2026-12-01","@m":"serilog says nothing of information"}', 'info', 'serilog says nothing of information'],
  ['{"level":"50","msg":"a number as text"}', 'error', 'a number as text'],
  ['{"level":"E","msg":"one letter"}', 'error', 'one letter'],
  [' \ufeff{"level":"info","msg":"behind a mark"}', 'info', 'behind a mark'],
  ['{"level":"info","msg":"a\\u001b[31mred\\u202egnp"}', 'info', 'ared\ufffdgnp'],
  ['{"level":null,"severity":"warn","msg":"null is none"}', 'warn', 'null is none'],
])('reads the JSON line %s', (raw, level, text) => expect(readLine(raw)).toEqual({ level, text, json: raw }))

it.each([
  ['2026-11-23 10:00:00 UTC [1] LOG:  database system is ready', 'info'],
  ['2026-11-23 10:00:00 UTC [1] FATAL:  role "x" does not exist', 'error'],
  ['W1123 10:00:00.000000 1 main.go:5] careful', 'warn'],
  ['[error] upstream timed out', 'error'],
  ['Listening on port 8080', 'other'],
  ['[1, 2]', 'other'],
  ['{ not json: error', 'error'],
  [`${'x '.repeat(100)} error`, 'other'],
])('guesses the level of %s', (raw, level) => expect(readLine(raw)).toEqual({ level, text: raw }))
