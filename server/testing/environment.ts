import { adminPassword, type SuiteDatabase } from './suiteDatabase.ts'

export const encryptionKey = 'an encryption key that is long enough to derive from'
export const jwtSecret = 'a signing secret that is long enough for HS256'

/** The environment of a service in tests: what the manifests would set. */
export function serviceEnvironment(database: SuiteDatabase, more: Record<string, string> = {}): Record<string, string> {
  return {
    ...database.environment,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    JWT_SECRET: jwtSecret,
    ENCRYPTION_KEY: encryptionKey,
    ADMIN_PASSWORD: adminPassword,
    ...more,
  }
}

export interface LogCapture {
  readonly write: (line: string) => void
  readonly lines: () => Record<string, unknown>[]
  readonly text: () => string
}

/** Collects log lines instead of printing them. */
export function captureLog(): LogCapture {
  const written: string[] = []
  return {
    write: (line) => {
      written.push(line)
    },
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
    text: () => written.join(''),
  }
}
