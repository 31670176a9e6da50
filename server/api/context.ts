import type { Encryption } from '../common/encryption.ts'
import type { Tokens } from '../common/tokens.ts'
import type { ChainKeys } from '../database/auditChain.ts'
import type { Database } from '../database/connection.ts'
import type { AgentsCache } from './agentsCache.ts'
import type { ApiConfiguration } from './configuration.ts'
import type { LoginLimit } from './loginLimit.ts'

/** What the routes work with. */
export interface ApiContext {
  readonly configuration: ApiConfiguration
  readonly database: Database
  readonly tokens: Tokens
  readonly encryption: Encryption
  readonly auditKeys: ChainKeys
  readonly cache: AgentsCache
  readonly loginLimit: LoginLimit
}
