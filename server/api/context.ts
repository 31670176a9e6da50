import type { Tokens } from '../common/tokens.ts'
import type { Database } from '../database/connection.ts'
import type { AgentsCache } from './agentsCache.ts'
import type { LoginLimit } from './loginLimit.ts'

/** What the routes work with. */
export interface ApiContext {
  readonly database: Database
  readonly tokens: Tokens
  readonly tokenLifetimeSeconds: number
  readonly cache: AgentsCache
  readonly loginLimit: LoginLimit
}
