import { createHmac } from 'node:crypto'
import { jwtVerify, SignJWT, type JWTHeaderParameters } from 'jose'
import { z } from 'zod'
import { permissionLevels, type PermissionLevel } from './permissions.ts'

export const tokenIssuer = 'agency-swarm'
export const tokenAudience = 'agency-swarm-api'
const algorithm = 'HS256'

/** Who asks. */
export interface Identity {
  readonly userId: string
  readonly name: string
  readonly permission: PermissionLevel
  readonly sessionId: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
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

const claimsSchema = z.object({
  sub: z.uuid(),
  jti: z.uuid(),
  exp: z.number(),
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
      const { payload } = await jwtVerify(token, keyFor, {
        algorithms: [algorithm],
        issuer: tokenIssuer,
        audience: tokenAudience,
        typ: 'JWT',
        requiredClaims: ['exp', 'iat', 'sub', 'jti'],
      })
      const claims = claimsSchema.parse(payload)
      const { sub: userId, jti: sessionId, exp: expiresAt, name, permission } = claims
      return { userId, sessionId, expiresAt, name, permission }
    },
  }
}
