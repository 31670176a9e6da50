import type { Environment } from '../common/configuration.ts'
import { serve } from '../common/lifecycle.ts'
import { buildAgents } from './app.ts'
import { readAgentsConfiguration } from './configuration.ts'

export async function startAgents(environment: Environment): Promise<void> {
  const configuration = readAgentsConfiguration(environment)
  const { HOST: host, PORT: port, DRAIN_MILLISECONDS: drainMilliseconds } = configuration
  await serve(buildAgents(configuration), { host, port, drainMilliseconds })
}
