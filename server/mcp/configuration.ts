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
  PORT: port.default(8051),
  /** Host names, without ports, that a request may be addressed to and a page may come from. */
  ALLOWED_HOSTS: commaSeparated.default(['localhost', '127.0.0.1', '[::1]']),
}

export type McpConfiguration = ReturnType<typeof readMcpConfiguration>

/** @throws ConfigurationError naming each variable at fault */
export function readMcpConfiguration(environment: Environment) {
  return readConfiguration(variables, environment)
}
