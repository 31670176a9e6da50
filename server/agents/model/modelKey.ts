import { createEncryption } from '../../common/encryption.ts'
import type { Database } from '../../database/connection.ts'
import { readSecret } from '../../database/secrets.ts'
import type { AgentsConfiguration } from '../configuration.ts'

/** The name of the secret, as an administrator writes it by /api/secrets. */
export const modelKeySecret = 'model-api-key'

/** A key that was replaced is used at most this long. Milliseconds. */
const believedFor = 30_000

/** The key of the model's endpoint; undefined where it needs none. @throws when a stored key cannot be read */
export type FindModelKey = () => Promise<string | undefined>

/** The configured key, or else the secret of the database, where this service can decrypt it. */
export function findModelKey(configuration: AgentsConfiguration, database: Database): FindModelKey {
  const { MODEL_API_KEY: configured, ENCRYPTION_KEY: current, ENCRYPTION_KEY_PREVIOUS: previous } = configuration
  if (configured !== undefined || current === undefined) return () => Promise.resolve(configured)
  const encryption = createEncryption({ current, previous })
  let known: { readonly key: Promise<string | undefined>; readonly until: number } | undefined
  return () => {
    if (known === undefined || known.until < Date.now()) {
      const key = readSecret(database, encryption, modelKeySecret)
      known = { key, until: Date.now() + believedFor }
      key.catch(() => (known = undefined))
    }
    return known.key
  }
}
