import { z } from 'zod'
import {
  databaseVariables,
  port,
  readConfiguration,
  serviceVariables,
  type Environment,
} from '../common/configuration.ts'

const variables = {
  ...serviceVariables,
  ...databaseVariables,
  PORT: port.default(8052),
  /** Tasks that this process runs at the same time. */
  AGENT_CONCURRENCY: z.coerce.number().int().min(1).max(32).default(4),
  /** How long the offline model pretends to think, so that work can be watched. */
  OFFLINE_MODEL_MILLISECONDS: z.coerce.number().int().min(0).max(60_000).default(800),
  /** A task whose worker has not renewed its lease for this long is given to another. */
  TASK_LEASE_SECONDS: z.coerce.number().int().min(2).max(3_600).default(30),
}

export type AgentsConfiguration = ReturnType<typeof readAgentsConfiguration>

/** @throws ConfigurationError naming each variable at fault */
export function readAgentsConfiguration(environment: Environment) {
  return readConfiguration(variables, environment)
}
