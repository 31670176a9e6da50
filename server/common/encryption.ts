import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** The value cannot be read: changed, moved to another place, or encrypted with a key that is not here any more. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError'
}

export interface EncryptionKeys {
  readonly current: string
  readonly previous?: string | undefined
}

export interface Encryption {
  /**
   * Encrypts a secret field with AES-256-GCM.
   * @param place what the value belongs to, such as `archon_secrets:<name>`: authenticated, so that a value cannot be moved elsewhere
   * @returns `v1.<key id>.<nonce>.<ciphertext and tag>`, base64url
   */
  readonly encrypt: (plain: string, place: string) => string
  /** @throws DecryptionError */
  readonly decrypt: (encrypted: string, place: string) => string
  /** Whether a rotation has yet to re-encrypt this value. */
  readonly isStale: (encrypted: string) => boolean
}

const version = 'v1'
/** 96 random bits (NIST SP 800-38D, 8.2.2): safe for 2^32 values under one key. */
const nonceBytes = 12
const tagBytes = 16

/** Keys for other purposes from the same secret: whoever learns one learns nothing about the others (RFC 5869). */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `agency-swarm ${purpose}`, 32))
}

const keyIdOf = (key: Buffer) => createHmac('sha256', key).update('key id').digest('base64url').slice(0, 8)

/** Encryption of secret fields at rest, with the present key; values of the previous one can still be read. */
export function createEncryption({ current, previous }: EncryptionKeys): Encryption {
  const keys = new Map<string, Buffer>()
  for (const secret of [previous, current]) {
    if (secret === undefined) continue
    const key = deriveKey(secret, 'fields')
    keys.set(keyIdOf(key), key)
  }
  const currentKey = deriveKey(current, 'fields')
  const currentId = keyIdOf(currentKey)
  const authenticated = (keyId: string, place: string) => Buffer.from(`${version}.${keyId}.${place}`)

  return {
    encrypt: (plain, place) => {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', currentKey, nonce).setAAD(authenticated(currentId, place))
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return [version, currentId, nonce.toString('base64url'), body.toString('base64url')].join('.')
    },
    decrypt: (encrypted, place) => {
      const [given, keyId = '', nonce = '', body = '', ...more] = encrypted.split('.')
      const key = keys.get(keyId)
      if (given !== version || more.length > 0) throw new DecryptionError('The value is not in the form v1.')
      if (key === undefined)
        throw new DecryptionError(`The value was encrypted with the key ${keyId}, which is not configured.`)
      const bytes = Buffer.from(body, 'base64url')
      const iv = Buffer.from(nonce, 'base64url')
      if (iv.length !== nonceBytes || bytes.length < tagBytes) throw new DecryptionError('The value was cut.')
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
        .setAAD(authenticated(keyId, place))
        .setAuthTag(bytes.subarray(-tagBytes))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]).toString('utf8')
      } catch {
        throw new DecryptionError('The value was changed, or belongs to another place.')
      }
    },
    isStale: (encrypted) => encrypted.split('.')[1] !== currentId,
  }
}
