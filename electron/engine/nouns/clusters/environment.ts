import type { Environment } from '#shared/contract/clusters.ts'

/** The environments, the one that asks for most care first. */
export const careful: readonly Environment[] = ['production', 'staging', 'edge', 'other', 'sandbox']

/**
 * A first guess from the names of the contexts that lead to a cluster, until the administrator says otherwise. It errs towards production, because taking a
 * harmless cluster for production costs a typed name, and the reverse costs a database.
 */
export function guessEnvironment(contextNames: readonly string[]): Environment {
  return mostCareful(contextNames.map(guess))
}

export function mostCareful(environments: readonly Environment[]): Environment {
  return careful.find((environment) => environments.includes(environment)) ?? 'other'
}

function guess(contextName: string): Environment {
  const name = contextName.toLowerCase()
  if (/(^|[^a-z])(prod|production|prd|live)([^a-z]|$)/.test(name)) return 'production'
  if (/(^|[^a-z])(stag|staging|stage|stg|preprod|uat|qa)([^a-z]|$)/.test(name)) return 'staging'
  if (/(^|[^a-z])edge([^a-z]|$)/.test(name)) return 'edge'
  return 'other'
}
