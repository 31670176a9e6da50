import { commandLine, commandStep } from './shell.ts'
import type { ImageRecipe } from './types.ts'

const services = ['backend', 'mcp', 'agents', 'frontend', 'migrate']
const wildcards = new Set(['', '0.0.0.0', '::'])

/** The suite's services are one bundle; the first argument says which one runs. */
export const suite: ImageRecipe = {
  repository: 'agency-swarm/suite',
  environment: ({ podAddress }) => ({ HOST: podAddress, NODE_ENV: 'production' }),
  // Every pod shares one machine: "all addresses" would be everybody's.
  adjust: ({ environment, podAddress }) => {
    if (wildcards.has(environment.get('HOST') ?? '')) environment.set('HOST', podAddress)
  },
  *steps(setting) {
    const entrypoint = ['node', setting.programs.suiteModule]
    const words = commandLine(setting, entrypoint, [])
    yield commandStep(setting, services.includes(words[0] ?? '') ? [...entrypoint, ...words] : words)
  },
}
