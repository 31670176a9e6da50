import type { Environment } from '../common/configuration.ts'
import { serve } from '../common/lifecycle.ts'
import { buildApi } from './app.ts'
import { readApiConfiguration } from './configuration.ts'

export async function startApi(environment: Environment): Promise<void> {
  const configuration = readApiConfiguration(environment)
  const { HOST: host, PORT: port, DRAIN_MILLISECONDS: drainMilliseconds } = configuration
  await serve(buildApi(configuration), { host, port, drainMilliseconds })
}
