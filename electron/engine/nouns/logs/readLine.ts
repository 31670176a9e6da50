import type { LogLine } from '#shared/contract/logs.ts'

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
}

/** PostgreSQL (`LOG:`), Redis (`# warning`), klog (`E1123`) and most others name the level in the first words. */
const named = /\b(FATAL|PANIC|CRITICAL|ERROR|ERR|WARNING|WARN|NOTICE|INFO|LOG|DEBUG|TRACE)\b/i
const klog = /^([EWIF])\d{4} \d\d:/
const klogLevels: Record<string, Level> = { E: 'error', F: 'error', W: 'warn', I: 'info' }

/** How many characters of a plain line are looked at for its level: further in, the word is only a word. */
const levelArea = 120

/** What a line says: message and level of a JSON line, else the line itself and a guess. */
export function readLine(raw: string): Pick<LogLine, 'text' | 'level' | 'json'> {
  const fields = raw.startsWith('{') ? parseFields(raw) : undefined
  if (!fields) return { text: raw, level: guessLevel(raw) }
  const message = [fields['msg'], fields['message'], fields['log']].find((value) => typeof value === 'string')
  const level = [fields['level'], fields['severity'], fields['lvl']].find((value) => value !== undefined)
  return { text: message ?? raw, level: levelOf(level), json: raw }
}

function parseFields(raw: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(raw) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function levelOf(level: unknown): Level {
  if (typeof level === 'number') return numbered[Math.floor(level / 10) * 10] ?? 'other'
  return typeof level === 'string' ? (words[level.toLowerCase()] ?? 'other') : 'other'
}

function guessLevel(raw: string): Level {
  const short = klog.exec(raw)?.[1]
  if (short !== undefined) return klogLevels[short] ?? 'other'
  const word = named.exec(raw.slice(0, levelArea))?.[1]
  return word === undefined ? 'other' : (words[word.toLowerCase()] ?? 'other')
}
