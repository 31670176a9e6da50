import { pgvector, postgres } from './postgres.ts'
import { redis } from './redis.ts'
import { node, shell } from './shell.ts'
import { suite } from './suite.ts'
import type { ImageRecipe } from './types.ts'

/** Every image the sandbox can run. Registry and tag do not matter, save of a suite that lies beside this machine's (suite.ts). */
const recipes: ImageRecipe[] = [suite, pgvector, postgres, redis, shell, node]

const named = recipes.flatMap((recipe) =>
  [recipe.repository, ...(recipe.aliases ?? [])].map((name) => ({ name, recipe })),
)

export const knownImages: string[] = named.map(({ name }) => name)

/** The recipe whose repository is the end of this reference: `ghcr.io/x/agency-swarm/suite:1.2@sha256:...` is the suite. */
export function findImage(reference: string): ImageRecipe | undefined {
  const repository = reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
  const matches = named.filter(({ name }) => repository === name || repository.endsWith(`/${name}`))
  return matches.sort((a, b) => b.name.length - a.name.length)[0]?.recipe
}
