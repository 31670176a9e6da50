import type { Encryption } from '../common/encryption.ts'
import type { Tokens } from '../common/tokens.ts'
import type { ChainKeys } from '../database/auditChain.ts'
import type { Database } from '../database/connection.ts'
import type { Revocations } from '../database/revocations.ts'
import type { Embedder } from '../embeddings/types.ts'
import type { Cache } from './cache.ts'
import type { ApiConfiguration } from './configuration.ts'
import type { LoginLimit } from './loginLimit.ts'

/** What the routes work with. */
export interface ApiContext {
  readonly configuration: ApiConfiguration
  readonly database: Database
  readonly tokens: Tokens
  readonly revocations: Revocations
  readonly encryption: Encryption
  readonly embedder: Embedder
  readonly auditKeys: ChainKeys
  readonly cache: Cache
  readonly loginLimit: LoginLimit
}
