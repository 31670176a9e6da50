import type { Environment } from '../common/configuration.ts'
import { serve } from '../common/lifecycle.ts'
import { buildMcp } from './app.ts'
import { readMcpConfiguration } from './configuration.ts'

export async function startMcp(environment: Environment): Promise<void> {
  const configuration = readMcpConfiguration(environment)
  const { HOST: host, PORT: port, DRAIN_MILLISECONDS: drainMilliseconds } = configuration
  await serve(buildMcp(configuration), { host, port, drainMilliseconds })
}
