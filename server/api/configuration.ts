import { z } from 'zod'
import {
  commaSeparated,
  databaseVariables,
  embeddingVariables,
  encryptionVariables,
  port,
  readConfiguration,
  serviceVariables,
  tokenVariables,
  type Environment,
} from '../common/configuration.ts'
import { longestTokenLifetime } from '../common/tokens.ts'

const variables = {
  ...serviceVariables,
  ...databaseVariables,
  ...tokenVariables,
  ...encryptionVariables,
  ...embeddingVariables,
  PORT: port.default(8181),
  /** `redis://host:port` without a password; unset means no cache. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  REDIS_PASSWORD: z.string().optional(),
  /** Of an access token: how long a stolen one is of use where nobody ends its session. */
  TOKEN_LIFETIME_SECONDS: z.coerce.number().int().min(60).max(longestTokenLifetime).default(900),
  /** How long a session may rest before it must be signed in again, */
  REFRESH_LIFETIME_SECONDS: z.coerce.number().int().min(300).max(2_592_000).default(86_400),
  /** and how long it lasts at most, however often it is renewed. */
  SESSION_LIFETIME_SECONDS: z.coerce.number().int().min(300).max(7_776_000).default(604_800),
  /** Of one caller, over all routes that state no limit of their own. */
  REQUESTS_PER_MINUTE: z.coerce.number().int().min(10).max(10_000_000).default(1_200),
  /** Where /health/deep looks; unset means that the part is not looked at. */
  MCP_URL: z.url({ protocol: /^https?$/ }).optional(),
  AGENTS_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Addresses and ranges whose X-Forwarded-For is believed: the frontend's and the ingress controller's. */
  TRUSTED_PROXIES: commaSeparated.default([]),
}

export type ApiConfiguration = ReturnType<typeof readApiConfiguration>

/** @throws ConfigurationError naming each variable at fault */
export function readApiConfiguration(environment: Environment) {
  return readConfiguration(variables, environment)
}
