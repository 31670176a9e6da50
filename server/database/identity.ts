import { createVerifier } from '../common/authentication.ts'
import { createTokens, type Tokens } from '../common/tokens.ts'
import { createApiKeyLookup } from './apiKeys.ts'
import type { ChangeFeed } from './changeFeed.ts'
import type { Database } from './connection.ts'
import { followRevocations, type Revocations } from './revocations.ts'

export interface IdentitySettings {
  readonly JWT_SECRET: string
  readonly JWT_SECRET_PREVIOUS?: string | undefined
}

export interface Identities {
  /** For `requirePermission`: access tokens and API keys, refused once their session or key was ended. */
  readonly tokens: Tokens
  readonly revocations: Revocations
}

/** What every service needs to know who asks. */
export function followIdentities(
  settings: IdentitySettings,
  database: Database,
  feed: Pick<ChangeFeed, 'on'>,
  onFailure: (error: unknown) => void,
): Identities {
  const revocations = followRevocations(database, feed, onFailure)
  const tokens = createVerifier({
    tokens: createTokens({ current: settings.JWT_SECRET, previous: settings.JWT_SECRET_PREVIOUS }),
    isEnded: revocations.isEnded,
    findApiKey: createApiKeyLookup(database),
  })
  return { tokens, revocations }
}
