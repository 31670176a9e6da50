import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { commandLine, commandStep } from './shell.ts'
import type { ContainerSetting, ImageRecipe } from './types.ts'

const services = ['backend', 'mcp', 'agents', 'frontend', 'migrate']
const wildcards = new Set(['', '0.0.0.0', '::'])

/** An earlier suite may lie beside this machine's as `suite-<tag>.js`: then a pod of that tag runs it, and an upgrade is a real one. */
function moduleOf({ image, programs: { suiteModule } }: ContainerSetting): string {
  const tag = /:([A-Za-z0-9_][A-Za-z0-9_.-]*)$/.exec(image.replace(/@.*$/, ''))?.[1]
  const own = join(dirname(suiteModule), `suite-${tag ?? ''}.js`)
  return tag !== undefined && existsSync(own) ? own : suiteModule
}

/** The suite's services are one bundle; the first argument says which one runs. */
export const suite: ImageRecipe = {
  repository: 'agency-swarm/suite',
  environment: ({ podAddress }) => ({ HOST: podAddress, NODE_ENV: 'production' }),
  // Every pod shares one machine: "all addresses" would be everybody's.
  adjust: ({ environment, podAddress }) => {
    if (wildcards.has(environment.get('HOST') ?? '')) environment.set('HOST', podAddress)
  },
  *steps(setting) {
    const entrypoint = ['node', moduleOf(setting)]
    const words = commandLine(setting, entrypoint, [])
    yield commandStep(setting, services.includes(words[0] ?? '') ? [...entrypoint, ...words] : words)
  },
}
