import { z } from 'zod'
import {
  commaSeparated,
  databaseVariables,
  encryptionVariables,
  port,
  readConfiguration,
  serviceVariables,
  tokenVariables,
  type Environment,
} from '../common/configuration.ts'

const variables = {
  ...serviceVariables,
  ...databaseVariables,
  ...tokenVariables,
  ...encryptionVariables,
  PORT: port.default(8181),
  /** `redis://host:port` without a password; unset means no cache. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  REDIS_PASSWORD: z.string().optional(),
  TOKEN_LIFETIME_SECONDS: z.coerce.number().int().min(60).max(86_400).default(3_600),
  /** Addresses and ranges whose X-Forwarded-For is believed: the frontend's and the ingress controller's. */
  TRUSTED_PROXIES: commaSeparated.default([]),
}

export type ApiConfiguration = ReturnType<typeof readApiConfiguration>

/** @throws ConfigurationError naming each variable at fault */
export function readApiConfiguration(environment: Environment) {
  return readConfiguration(variables, environment)
}
