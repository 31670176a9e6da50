import type { Environment } from '#shared/contract/clusters.ts'

/**
 * A first guess from the context's name, until the administrator says otherwise. It errs towards production, because taking a
 * harmless cluster for production costs a typed name, and the reverse costs a database.
 */
export function guessEnvironment(contextName: string): Environment {
  const name = contextName.toLowerCase()
  if (/(^|[^a-z])(prod|production|prd|live)([^a-z]|$)/.test(name)) return 'production'
  if (/(^|[^a-z])(stag|staging|stage|stg|preprod|uat|qa)([^a-z]|$)/.test(name)) return 'staging'
  if (/(^|[^a-z])edge([^a-z]|$)/.test(name)) return 'edge'
  return 'other'
}
