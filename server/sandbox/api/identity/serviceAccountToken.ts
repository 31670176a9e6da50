import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Store } from '../../store/types.ts'
import type { User } from '../podEndpoints.ts'

interface Claims {
  iss: string
  aud: string[]
  sub: string
  iat: number
  /** Seconds since 1970. */
  exp: number
  'kubernetes.io': { namespace: string; serviceaccount: { name: string; uid: string } }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const sign = (text: string, secret: string): Buffer => createHmac('sha256', secret).update(text).digest()

/** A signed token (JWT, HS256) of a service account. */
export function issueToken(
  account: { namespace: string; name: string; uid: string },
  secret: string,
  audiences: string[],
  expires: Date,
): string {
  const { namespace, name, uid } = account
  const claims: Claims = {
    iss: 'https://kubernetes.default.svc',
    aud: audiences,
    sub: `system:serviceaccount:${namespace}:${name}`,
    iat: Math.floor(Date.now() / 1000),
    exp: Math.floor(expires.getTime() / 1000),
    'kubernetes.io': { namespace, serviceaccount: { name, uid } },
  }
  const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return `${body}.${sign(body, secret).toString('base64url')}`
}

/** The user behind a service account's token; undefined when it is forged, expired, or its account is gone. */
export function userOfToken(token: string, secret: string, store: Store): User | undefined {
  const [header, payload, signature] = token.split('.')
  if (header === undefined || payload === undefined || signature === undefined) return undefined
  const expected = sign(`${header}.${payload}`, secret)
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
  const { namespace, serviceaccount } = claims['kubernetes.io']
  const account = store.get('serviceaccounts', namespace, serviceaccount.name)
  if (claims.exp * 1000 < Date.now() || account?.metadata.uid !== serviceaccount.uid) return undefined
  return {
    name: claims.sub,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  }
}
