import { stdTimeFunctions, type LoggerOptions } from 'pino'

export interface LogSettings {
  readonly service: string
  readonly level: string
}

const secretFields = ['password', 'token', 'authorization', 'cookie', 'secret', 'passwordHash', 'apiKey']

/** JSON lines with ISO times and level words; secrets are cut at the top level and one level down. */
export function logOptions({ service, level }: LogSettings): LoggerOptions {
  return {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: [...secretFields, ...secretFields.map((field) => `*.${field}`), 'req.headers', 'request.headers'],
      censor: '[redacted]',
    },
  }
}
