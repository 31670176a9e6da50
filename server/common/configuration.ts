import { z } from 'zod'
import { telemetryVariables } from './telemetry.ts'

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
  ...telemetryVariables,
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

export const encryptionVariables = {
  /** Secret fields and the head of the audit chain; the database never holds it. */
  ENCRYPTION_KEY: signingSecret,
  /** The key before the last rotation: needed until `rotate-encryption-key` has run. */
  ENCRYPTION_KEY_PREVIOUS: signingSecret.optional(),
}

/** Which model turns texts into vectors; unset means the deterministic offline one. One setting for every service that embeds. */
export const embeddingVariables = {
  /** `https://host/v1` of an OpenAI-compatible endpoint; `/embeddings` is added. */
  EMBEDDING_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  EMBEDDING_API_KEY: z.string().optional(),
  EMBEDDING_MODEL: z.string().max(200).optional(),
  /** The length of its vectors. pgvector indexes at most 2,000. */
  EMBEDDING_DIMENSIONS: wholeNumber(1, 2_000).optional(),
  /** Whether requests carry `dimensions`: models that can shorten their vectors need it, other servers refuse it. */
  EMBEDDING_ASKS_FOR_DIMENSIONS: z.enum(['true', 'false']).default('false'),
  /** For one request, before it is tried again. */
  EMBEDDING_TIMEOUT_MILLISECONDS: wholeNumber(100, 120_000).default(15_000),
}

export type EmbeddingConfiguration = z.output<z.ZodObject<typeof embeddingVariables>>

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
