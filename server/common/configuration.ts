import { z } from 'zod'

/** The environment does not describe a service that could start. The message names every variable at fault, never a value. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

const wholeNumber = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum)

export const port = wholeNumber(1, 65_535)

/** `a, b,c` as a list; nothing between the commas is dropped. */
export const commaSeparated = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
)

const logLevels = ['debug', 'info', 'warn', 'error'] as const

/** What every service reads. The guide writes log levels in capitals; both are understood. */
export const serviceVariables = {
  HOST: z.string().default('0.0.0.0'),
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .transform((level) => (level === 'warning' ? 'warn' : level))
    .pipe(z.enum(logLevels))
    .default('info'),
  /** Time between "not ready" and the closing of the listener, so that load balancers look away first. Milliseconds. */
  DRAIN_MILLISECONDS: wholeNumber(0, 60_000).default(0),
}

/** The pieces of the connection. There is no single URL: its password would end up in a ConfigMap. */
export const databaseVariables = {
  DATABASE_HOST: z.string(),
  DATABASE_PORT: port.default(5432),
  DATABASE_NAME: z.string(),
  DATABASE_USER: z.string(),
  DATABASE_PASSWORD: z.string(),
  /** Connections of this process. All replicas together stay below the server's max_connections. */
  DATABASE_POOL_SIZE: wholeNumber(2, 50).default(8),
}

/** HS256 needs a key of at least its hash size: 32 bytes (RFC 7518, 3.2). */
const signingSecret = z.string().min(32)

export const tokenVariables = {
  JWT_SECRET: signingSecret,
  /** The secret before the last rotation: its tokens are still accepted until they expire. */
  JWT_SECRET_PREVIOUS: signingSecret.optional(),
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads a service's configuration. An empty variable counts as unset, as `KEY: ""` in a manifest means it.
 * @throws ConfigurationError naming each variable and what is wrong with it
 */
export function readConfiguration<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Environment,
): z.output<z.ZodObject<Shape>> {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const result = z.object(shape).safeParse(present)
  if (result.success) return result.data
  const lines = result.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? '')
    return name in present ? `  ${name}: ${issue.message}` : `  ${name}: is not set`
  })
  throw new ConfigurationError(
    `The environment is not valid. Correct these variables and start again:\n${lines.join('\n')}`,
  )
}
