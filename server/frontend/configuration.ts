import { z } from 'zod'
import {
  commaSeparated,
  databaseVariables,
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
  PORT: port.default(3737),
  /** Where /api is passed on to. */
  BACKEND_URL: z.url({ protocol: /^https?$/ }),
  /** `redis://host:port` without a password; unset means that every replica reads changes for itself. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  REDIS_PASSWORD: z.string().optional(),
  /** Addresses and ranges whose X-Forwarded-For is believed: the ingress controller's. */
  TRUSTED_PROXIES: commaSeparated.default([]),
}

export type FrontendConfiguration = ReturnType<typeof readFrontendConfiguration>

/** @throws ConfigurationError naming each variable at fault */
export function readFrontendConfiguration(environment: Environment) {
  return readConfiguration(variables, environment)
}
