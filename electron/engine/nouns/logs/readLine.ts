import type { LogLine } from '#shared/contract/logs.ts'
import { sanitise } from '../../kube/index.ts'

type Level = LogLine['level']

/** pino's numbers; the suite's services write them as words, other programs of the field as these. */
const numbered: Record<number, Level> = { 10: 'debug', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'error' }

const words: Record<string, Level> = {
  fatal: 'error',
  panic: 'error',
  critical: 'error',
  emerg: 'error',
  alert: 'error',
  error: 'error',
  err: 'error',
  warn: 'warn',
  warning: 'warn',
  notice: 'info',
  info: 'info',
  information: 'info',
  log: 'info',
  debug: 'debug',
  trace: 'debug',
  verbose: 'debug',
  emergency: 'error',
  crit: 'error',
  severe: 'error',
  dbug: 'debug',
  fine: 'debug',
  f: 'error',
  e: 'error',
  w: 'warn',
  i: 'info',
  n: 'info',
  d: 'debug',
  t: 'debug',
  v: 'debug',
}

/** PostgreSQL (`LOG:`), Redis (`# warning`), klog (`E1123`) and most others name the level in the first words. */
const named = /\b(FATAL|PANIC|CRITICAL|ERROR|ERR|WARNING|WARN|NOTICE|INFO|LOG|DEBUG|TRACE)\b/i
const klog = /^([EWIF])\d{4} \d\d:/
const klogLevels: Record<string, Level> = { E: 'error', F: 'error', W: 'warn', I: 'info' }

/** How many characters of a plain line are looked at for its level: further in, the word is only a word. */
const levelArea = 120

/**
 * What a line says: message and level of a JSON line, else the line itself and a guess. Fields as pino, Bunyan, ECS (`log.level`), logstash,
 * Serilog's compact format (`@m`, `@mt`, `@l`, none for information) and zap write them.
 */
export function readLine(raw: string): Pick<LogLine, 'text' | 'level' | 'json'> {
  const body = raw.replace(/^[\s\ufeff\ufffd]+/, '')
  const fields = body.startsWith('{') ? parseFields(body) : undefined
  if (!fields) return { text: raw, level: guessLevel(raw) }
  const messages = ['msg', 'message', '@m', '@mt', 'log', 'text'].map((key) => fields[key])
  const message = messages.find((value) => typeof value === 'string')
  const nested = isFields(fields['log']) ? fields['log']['level'] : undefined
  const levels = ['level', 'severity', 'lvl', 'log.level', '@l', 'levelname'].map((key) => fields[key])
  const level = [...levels, nested].find((value) => typeof value === 'string' || typeof value === 'number')
  const isSerilog = '@t' in fields && level === undefined
  // The line was made safe as it came; an escape within its JSON is text only now.
  const text = message === undefined ? raw : sanitise(message, { keepNewlines: true })
  return { text, level: isSerilog ? 'info' : levelOf(level), json: raw }
}

function parseFields(raw: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(raw)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function levelOf(level: unknown): Level {
  const number = typeof level === 'string' && /^\d{1,3}$/.test(level.trim()) ? Number(level) : level
  if (typeof number === 'number') return numbered[Math.floor(number / 10) * 10] ?? 'other'
  return typeof level === 'string' ? (words[level.trim().toLowerCase()] ?? 'other') : 'other'
}

function guessLevel(raw: string): Level {
  const short = klog.exec(raw)?.[1]
  if (short !== undefined) return klogLevels[short] ?? 'other'
  const word = named.exec(raw.slice(0, levelArea))?.[1]
  return word === undefined ? 'other' : (words[word.toLowerCase()] ?? 'other')
}
