import { createHmac, hash } from 'node:crypto'
import { jwtVerify, SignJWT, type JWTHeaderParameters } from 'jose'
import { z } from 'zod'
import { permissionLevels, type PermissionLevel } from './permissions.ts'

export const tokenIssuer = 'agency-swarm'
export const tokenAudience = 'agency-swarm-api'
const algorithm = 'HS256'
/** No configuration may issue longer ones, so whatever claims more is not ours. Seconds. */
export const longestTokenLifetime = 3_600
/** Ours are about 450 characters. */
const longestToken = 2_048
/** Verified tokens that are remembered until they expire. */
const rememberedTokens = 10_000

/** Who asks. */
export interface Identity {
  readonly userId: string
  /** What the audit log calls them: the user's name, or `key:<name>` for an API key. */
  readonly name: string
  readonly permission: PermissionLevel
  /** The session, or the API key, whose end ends this identity. */
  readonly sessionId: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** A machine asks with an API key; it acts for the user who made the key. */
  readonly isApiKey?: true
}

export interface TokenKeys {
  readonly current: string
  readonly previous?: string | undefined
}

export interface Tokens {
  /** Signs a token that ends `lifetimeSeconds` from now. */
  readonly issue: (user: Omit<Identity, 'expiresAt'>, lifetimeSeconds: number) => Promise<string>
  /** The identity in a valid token. @throws when anything about it is wrong; the reason is not for the caller */
  readonly verify: (token: string) => Promise<Identity>
}

// Stricter than the standard: these are the tokens that we write, and nothing else ever needs to be understood.
const headerSchema = z.strictObject({ alg: z.literal(algorithm), typ: z.literal('JWT'), kid: z.string() })

const claimsSchema = z.object({
  iss: z.literal(tokenIssuer),
  aud: z.literal(tokenAudience),
  sub: z.uuid(),
  jti: z.uuid(),
  iat: z.int(),
  exp: z.int(),
  name: z.string(),
  permission: z.enum(permissionLevels),
})

/** Derived, so that rotating the secret changes the key id without a second setting. It reveals nothing about the secret. */
const keyId = (secret: string) => createHmac('sha256', secret).update('key id').digest('hex').slice(0, 16)

/** Tokens pinned to HS256, one issuer, one audience and a known key id; expiry is required. */
export function createTokens({ current, previous }: TokenKeys): Tokens {
  const secrets = [current, ...(previous === undefined ? [] : [previous])]
  const keys = new Map(secrets.map((secret) => [keyId(secret), new TextEncoder().encode(secret)]))
  const signingKey = new TextEncoder().encode(current)

  const keyFor = ({ kid }: JWTHeaderParameters): Uint8Array => {
    const key = typeof kid === 'string' ? keys.get(kid) : undefined
    if (key === undefined) throw new Error('The token names no key of ours.')
    return key
  }

  const verifyAnew = async (token: string): Promise<Identity> => {
    if (token.length > longestToken) throw new Error('The token is too long.')
    const { payload, protectedHeader } = await jwtVerify(token, keyFor, {
      algorithms: [algorithm],
      issuer: tokenIssuer,
      audience: tokenAudience,
      requiredClaims: ['exp', 'iat', 'sub', 'jti'],
      // Refuses a time of issue in the future as well.
      maxTokenAge: longestTokenLifetime,
    })
    headerSchema.parse(protectedHeader)
    const { sub: userId, jti: sessionId, iat, exp: expiresAt, name, permission } = claimsSchema.parse(payload)
    if (expiresAt - iat > longestTokenLifetime) throw new Error('The token claims a longer life than any of ours.')
    return { userId, sessionId, expiresAt, name, permission }
  }

  // By hash, so that the cache holds nothing that signs in. Only valid tokens enter it, so strangers cannot fill it.
  const verified = new Map<string, Identity>()

  return {
    issue: ({ userId, sessionId, name, permission }, lifetimeSeconds) =>
      new SignJWT({ name, permission })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: keyId(current) })
        .setIssuer(tokenIssuer)
        .setAudience(tokenAudience)
        .setSubject(userId)
        .setJti(sessionId)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifetimeSeconds)
        .sign(signingKey),
    verify: async (token) => {
      const key = hash('sha256', token, 'base64')
      const known = verified.get(key)
      if (known !== undefined && known.expiresAt * 1000 > Date.now()) return known
      verified.delete(key)
      const identity = await verifyAnew(token)
      verified.set(key, identity)
      const oldest = verified.keys().next()
      if (verified.size > rememberedTokens && oldest.done !== true) verified.delete(oldest.value)
      return identity
    },
  }
}
