import { z } from 'zod'
import {
  commaSeparated,
  databaseVariables,
  embeddingVariables,
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
  ...embeddingVariables,
  PORT: port.default(8051),
  /** Host names, without ports, that a request may be addressed to and a page may come from. */
  ALLOWED_HOSTS: commaSeparated.default(['localhost', '127.0.0.1', '[::1]']),
  /** Where clients reach this service, for the metadata about it (RFC 9728): `https://mcp.example.com`. Unset: as the request says. */
  MCP_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** A session that is not used for this long ends. */
  MCP_SESSION_IDLE_SECONDS: z.coerce.number().int().min(1).max(86_400).default(1_800),
  /** Sessions of this process, of one identity and of all together: each takes some 50 kB. */
  MCP_SESSIONS_PER_IDENTITY: z.coerce.number().int().min(1).max(10_000).default(20),
  MCP_SESSIONS: z.coerce.number().int().min(1).max(100_000).default(1_000),
}

export type McpConfiguration = ReturnType<typeof readMcpConfiguration>

/** @throws ConfigurationError naming each variable at fault */
export function readMcpConfiguration(environment: Environment) {
  return readConfiguration(variables, environment)
}
