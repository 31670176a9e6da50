import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../common/configuration.ts'
import { serve } from '../common/lifecycle.ts'
import { buildFrontend } from './app.ts'
import { readFrontendConfiguration } from './configuration.ts'

export async function startFrontend(environment: Environment): Promise<void> {
  const configuration = readFrontendConfiguration(environment)
  const { HOST: host, PORT: port, DRAIN_MILLISECONDS: drainMilliseconds } = configuration
  // This module is part of the bundle; the build puts the page beside it.
  const pageDirectory = join(dirname(fileURLToPath(import.meta.url)), 'frontend')
  await serve(buildFrontend(configuration, { pageDirectory }), { host, port, drainMilliseconds })
}
