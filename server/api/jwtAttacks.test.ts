import { createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokenAudience, tokenIssuer } from '../common/tokens.ts'
import { startApi, type ApiFixture, type SignedIn } from '../testing/apiFixture.ts'
import { jwtSecret } from '../testing/environment.ts'

let fixture: ApiFixture
let good: SignedIn
let other: SignedIn
let kid: string

beforeAll(async () => {
  fixture = await startApi()
  await fixture.createUser('somebody', 'read_only')
  good = await fixture.signIn()
  other = await fixture.signIn('somebody', fixture.userPassword)
  kid = (JSON.parse(Buffer.from(part(good.token, 0), 'base64url').toString()) as { kid: string }).kid
})
afterAll(() => fixture?.stop())

const part = (token: string, index: number) => token.split('.')[index] ?? ''
const now = () => Math.floor(Date.now() / 1000)
const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const mac = (input: string, secret: string | Buffer = jwtSecret, hash = 'sha256') =>
  createHmac(hash, secret).update(input).digest('base64url')

const header = () => ({ alg: 'HS256', typ: 'JWT', kid })
const claims = () => ({
  name: 'admin',
  permission: 'administrator',
  iss: tokenIssuer,
  aud: tokenAudience,
  sub: good.userId,
  jti: good.sessionId,
  iat: now(),
  exp: now() + 600,
})

/** A token with the right signature whatever it says: only what it says can be refused. */
function signed(changedHeader: object | string = {}, changedClaims: object | string = {}): string {
  const first = typeof changedHeader === 'string' ? changedHeader : { ...header(), ...changedHeader }
  const second = typeof changedClaims === 'string' ? changedClaims : { ...claims(), ...changedClaims }
  const input = `${encode(first)}.${encode(second)}`
  return `${input}.${mac(input)}`
}

/** A token that nobody signed with the secret. */
const forged = (changedHeader: object, signature = 'AAAA') =>
  `${encode({ ...header(), ...changedHeader })}.${encode(claims())}.${signature}`

/** `signed` merges; a field that must be absent goes here. */
function omitting(place: 'header' | 'claims', field: string): string {
  const drop = (value: object) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== field))
  const first = encode(place === 'header' ? drop(header()) : header())
  const second = encode(place === 'claims' ? drop(claims()) : claims())
  return `${first}.${second}.${mac(`${first}.${second}`)}`
}

const keys = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
}
const asymmetric = (alg: string) => {
  const input = `${encode({ ...header(), alg })}.${encode(claims())}`
  const key = alg.startsWith('ES')
    ? { key: keys.ec.privateKey, dsaEncoding: 'ieee-p1363' as const }
    : { key: keys.rsa.privateKey }
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
}
const signedAs = (alg: string, hash: string, secret: string | Buffer = jwtSecret) => {
  const input = `${encode({ ...header(), alg })}.${encode(claims())}`
  return `${input}.${mac(input, secret, hash)}`
}
const flipped = (token: string, place: number, index: number) => {
  const parts = token.split('.')
  const bytes = Buffer.from(parts[place] ?? '', 'base64url')
  const at = index < 0 ? bytes.length + index : index
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  parts[place] = bytes.toString('base64url')
  return parts.join('.')
}

type Attack = readonly [name: string, token: () => string]
const each = <Value>(values: readonly Value[], name: (value: Value) => string, token: (value: Value) => string) =>
  values.map((value): Attack => [name(value), () => token(value)])
const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 60) ?? String(value)

const algorithms: readonly Attack[] = [
  ...each(
    ['none', 'None', 'NONE', 'nOnE', 'NoNe', ' none', 'none ', ''],
    (alg) => `algorithm "${alg}" with a signature`,
    (alg) => forged({ alg }),
  ),
  ...each(
    ['none', 'None', 'NONE', 'nOnE'],
    (alg) => `algorithm "${alg}" without a signature`,
    (alg) => forged({ alg }, ''),
  ),
  ...each(
    ['none', 'NONE'],
    (alg) => `algorithm "${alg}" with the signature of a good token`,
    (alg) => forged({ alg }, part(good.token, 2)),
  ),
  ...each(
    ['RS256', 'ES256', 'PS256', 'RS512', 'ES384', 'EdDSA'],
    (alg) => `${alg} confusion: the secret as key of an HMAC`,
    (alg) => signedAs(alg, 'sha256'),
  ),
  ...each(['RS256', 'ES256'], (alg) => `${alg} with a key pair of the attacker's own`, asymmetric),
  [
    'HS256 with a public key as the secret',
    () => signedAs('HS256', 'sha256', keys.rsa.publicKey.export({ type: 'spki', format: 'pem' })),
  ],
  ['HS384 with the right secret', () => signedAs('HS384', 'sha384')],
  ['HS512 with the right secret', () => signedAs('HS512', 'sha512')],
  ...each(
    ['hs256', 'Hs256', 'HS256 ', 'HS256\u0000', 'HMAC'],
    (alg) => `algorithm ${shown(alg)} with the right signature`,
    (alg) => signed({ alg }),
  ),
  ...each(
    [null, 256, ['HS256'], { name: 'HS256' }, true],
    (alg) => `algorithm of another type: ${shown(alg)}`,
    (alg) => signed({ alg }),
  ),
  ['no algorithm', () => omitting('header', 'alg')],
]

const keyIds: readonly Attack[] = [
  ...each<unknown>(
    [
      '',
      'unknown',
      '../../../../dev/null',
      '/dev/null',
      "' OR '1'='1",
      "x' UNION SELECT 'secret'--",
      '__proto__',
      'constructor',
      'toString',
      '0'.repeat(16),
      'a'.repeat(900),
      '\u0000',
      'http://attacker.example/key',
      '$(id)',
      '{{7*7}}',
    ],
    (value) => `key id ${shown(value)}`,
    (value) => signed({ kid: value }),
  ),
  ...each<unknown>(
    [[], {}, null, 0, true, ['unknown']],
    (value) => `key id of another type: ${shown(value)}`,
    (value) => signed({ kid: value }),
  ),
  ['the right key id in a list', () => signed({ kid: [kid] })],
  ['the right key id in capitals', () => signed({ kid: kid.toUpperCase() })],
  ['the right key id with a space', () => signed({ kid: `${kid} ` })],
  ['no key id', () => omitting('header', 'kid')],
  ['signed with an empty secret', () => signedAs('HS256', 'sha256', '')],
  ['signed with a zero secret', () => signedAs('HS256', 'sha256', Buffer.alloc(32))],
  ['signed with the key id as secret', () => signedAs('HS256', 'sha256', kid)],
  [
    'signed with a secret that was removed by a rotation',
    () => {
      const secret = 'the secret before the last rotation, removed'
      const id = createHmac('sha256', secret).update('key id').digest('hex').slice(0, 16)
      const input = `${encode({ ...header(), kid: id })}.${encode(claims())}`
      return `${input}.${mac(input, secret)}`
    },
  ],
]

const jwk = () => ({ kty: 'oct', k: Buffer.from('a key of the attacker').toString('base64url') })
const headers: readonly Attack[] = [
  [
    'a key of its own (jwk), signed with it',
    () => {
      const input = `${encode({ ...header(), jwk: jwk() })}.${encode(claims())}`
      return `${input}.${mac(input, 'a key of the attacker')}`
    },
  ],
  ...each<[string, unknown]>(
    [
      ['jwk', { kty: 'oct', k: 'AAAA' }],
      ['jku', 'https://attacker.example/keys.json'],
      ['x5u', 'https://attacker.example/cert.pem'],
      ['x5c', ['AAAA']],
      ['x5t', 'AAAA'],
      ['crit', ['exp']],
      ['crit', []],
      ['crit', ['b64']],
      ['b64', false],
      ['zip', 'DEF'],
      ['cty', 'JWT'],
      ['enc', 'A256GCM'],
      ['iss', 'agency-swarm'],
    ],
    ([name, value]) => `header ${name}: ${shown(value)}, with the right signature`,
    ([name, value]) => signed({ [name]: value }),
  ),
  ...each<unknown>(
    ['', 'JWE', 'at+jwt', 'jwt', 'application/jwt', 'refresh', null, 1, ['JWT']],
    (typ) => `type ${shown(typ)}`,
    (typ) => signed({ typ }),
  ),
  ['no type', () => omitting('header', 'typ')],
  [
    'a header with the algorithm twice',
    () => {
      const input = `${encode(`{"alg":"none","alg":"HS256","typ":"JWT","kid":"${kid}"}`)}.${encode(claims())}`
      return `${input}.AAAA`
    },
  ],
  ['a header with the key id twice', () => signed(`{"alg":"HS256","typ":"JWT","kid":"${kid}","kid":"other"}`)],
  ['a header with __proto__', () => signed(`{"__proto__":{"alg":"HS256"},"typ":"JWT","kid":"${kid}"}`)],
  ...each(
    ['', 'null', '[]', '"HS256"', '{', '\ufeff{}'],
    (text) => `a header that is ${shown(text)}`,
    (text) => signed(text),
  ),
]

const claimAttacks: readonly Attack[] = [
  ...each(
    ['iss', 'aud', 'exp', 'iat', 'sub', 'jti', 'name', 'permission'],
    (field) => `without ${field}`,
    (field) => omitting('claims', field),
  ),
  ...each<unknown>(
    ['', 'somebody-else', 'agency-swarm ', 'AGENCY-SWARM', [tokenIssuer], null, 1],
    (iss) => `issuer ${shown(iss)}`,
    (iss) => signed({}, { iss }),
  ),
  ...each<unknown>(
    ['', 'elsewhere', [], ['elsewhere'], [tokenAudience], [tokenAudience, 'elsewhere'], null, 1, { a: tokenAudience }],
    (aud) => `audience ${shown(aud)}`,
    (aud) => signed({}, { aud }),
  ),
  ...each<unknown>(
    [0, 1, -1, -1e9, '9999999999', null, 1e18, Number.MAX_SAFE_INTEGER, 4_102_444_800.5, [9_999_999_999], true],
    (exp) => `expiry ${shown(exp)}`,
    (exp) => signed({}, { exp }),
  ),
  ['expired a second ago', () => signed({}, { exp: now() - 1 })],
  ['an expiry in milliseconds', () => signed({}, { exp: Date.now() + 600_000 })],
  [
    'an expiry that is not a number of JSON',
    () => signed({}, JSON.stringify(claims()).replace(/"exp":\d+/, '"exp":1e999')),
  ],
  ['valid from tomorrow on', () => signed({}, { nbf: now() + 86_400 })],
  ['a not-before of another type', () => signed({}, { nbf: 'yesterday' })],
  ['issued tomorrow', () => signed({}, { iat: now() + 86_400, exp: now() + 87_000 })],
  ['issued a day ago', () => signed({}, { iat: now() - 86_400 })],
  ['a time of issue of another type', () => signed({}, { iat: String(now()) })],
  ...each<unknown>(
    ['', 'admin', '1', "' OR 1=1--", '00000000', null, 1, {}, ['x'], 'x'.repeat(36)],
    (sub) => `subject ${shown(sub)}`,
    (sub) => signed({}, { sub }),
  ),
  ...each<unknown>(
    ['', 'session', null, 7, []],
    (jti) => `session ${shown(jti)}`,
    (jti) => signed({}, { jti }),
  ),
  ...each<unknown>(
    ['root', 'Administrator', '', null, 2, ['administrator'], { level: 'administrator' }],
    (level) => `permission ${shown(level)}`,
    (level) => signed({}, { permission: level }),
  ),
  ['a name of another type', () => signed({}, { name: { $ne: null } })],
  ...each(
    ['', 'null', '[]', '"x"', '{', '{}', 'not json'],
    (text) => `a payload that is ${shown(text)}`,
    (text) => signed({}, text),
  ),
  ['a token inside a token', () => signed({ cty: 'JWT' }, good.token)],
  ['a token as the payload', () => signed({}, encode(good.token))],
]

const forms: readonly Attack[] = [
  [
    "another token's payload under this signature",
    () => [part(good.token, 0), part(other.token, 1), part(good.token, 2)].join('.'),
  ],
  ["another token's signature", () => [part(good.token, 0), part(good.token, 1), part(other.token, 2)].join('.')],
  [
    'a raised permission under the old signature',
    () => {
      const raised = {
        ...(JSON.parse(Buffer.from(part(other.token, 1), 'base64url').toString()) as object),
        permission: 'administrator',
      }
      return [part(other.token, 0), encode(raised), part(other.token, 2)].join('.')
    },
  ],
  ['no signature', () => good.token.slice(0, good.token.lastIndexOf('.') + 1)],
  ['no signature and no dot', () => good.token.slice(0, good.token.lastIndexOf('.'))],
  ['half a signature', () => good.token.slice(0, -20)],
  ['one character less', () => good.token.slice(0, -1)],
  ['one character more', () => `${good.token}A`],
  ['a fourth part', () => `${good.token}.AAAA`],
  ['five parts, like an encrypted token', () => `${good.token}.AAAA.AAAA`],
  ['a leading dot', () => `.${good.token}`],
  ['a trailing dot', () => `${good.token}.`],
  ['two dots for one', () => good.token.replace('.', '..')],
  ['only dots', () => '..'],
  ['padding', () => `${good.token}=`],
  [
    'padding in every part',
    () =>
      good.token
        .split('.')
        .map((each) => `${each}==`)
        .join('.'),
  ],
  [
    'plus and slash for the characters of base64url',
    () => `${part(good.token, 0)}.${part(good.token, 1)}.+/${part(good.token, 2).slice(2)}`,
  ],
  ['a percent sign', () => good.token.replace('.', '%2e')],
  ['a full-width dot', () => Buffer.from(good.token.replace('.', '．')).toString('latin1')],
  ['a one-dot leader', () => Buffer.from(good.token.replace('.', '․')).toString('latin1')],
  ['a comma for a dot', () => good.token.replace('.', ',')],
  ['a space inside', () => good.token.replace('.', ' .')],
  ['a tab inside', () => good.token.replace('.', '\t.')],
  ['in capitals', () => good.token.toUpperCase()],
  ['reversed', () => Array.from(good.token).reverse().join('')],
  ['twice, with a space', () => `${good.token} ${good.token}`],
  ['twice, with a comma', () => `${good.token},${good.token}`],
  ['in quotes', () => `"${good.token}"`],
  ['in angle brackets', () => `<${good.token}>`],
  ['"undefined"', () => 'undefined'],
  ['"null"', () => 'null'],
  ['nothing', () => ''],
  ['random text', () => randomBytes(120).toString('base64url')],
  ['random parts', () => [30, 120, 32].map((length) => randomBytes(length).toString('base64url')).join('.')],
  ['ten thousand characters', () => `${part(good.token, 0)}.${'A'.repeat(10_000)}.${part(good.token, 2)}`],
  ['a payload of eight thousand characters, rightly signed', () => signed({}, { name: 'x'.repeat(6_000) })],
  ...each(
    [0, 1, 15, 31, -1],
    (index) => `byte ${index} of the signature changed`,
    (index) => flipped(good.token, 2, index),
  ),
  ...each(
    [1, 40, 100, -2],
    (index) => `byte ${index} of the payload changed`,
    (index) => flipped(good.token, 1, index),
  ),
  ...each(
    [2, 10, -2],
    (index) => `byte ${index} of the header changed`,
    (index) => flipped(good.token, 0, index),
  ),
]

const otherSecrets: readonly Attack[] = [
  ['a refresh token as an access token', () => good.refreshToken],
  ['a refresh token in three parts', () => `${good.refreshToken}.${good.refreshToken}.${good.refreshToken}`],
  ['an API key that was never made', () => `ask_${randomBytes(32).toString('base64url')}`],
  ['an API key made of the refresh token', () => `ask_${good.refreshToken}`],
  ['an API key that is too short', () => 'ask_AAAA'],
  ['an API key that is too long', () => `ask_${'A'.repeat(44)}`],
  ['the prefix of an API key', () => 'ask_'],
  ['the prefix in capitals', () => `ASK_${randomBytes(32).toString('base64url')}`],
  ['an access token with the prefix of an API key', () => `ask_${good.token}`],
  ['the name and password of a user', () => Buffer.from('admin:password').toString('base64')],
  ['a session id', () => good.sessionId],
  ['a random id', () => randomUUID()],
]

const families = { algorithms, 'key ids': keyIds, headers, claims: claimAttacks, forms, 'other secrets': otherSecrets }
const attacks = Object.entries(families).flatMap(([family, list]) =>
  list.map(([name, token]) => [`${family}: ${name}`, token] as const),
)

async function expectRefused(request: Partial<InjectOptions>): Promise<void> {
  const response = await fixture.app.inject({ method: 'GET', url: '/api/me', ...request })
  expect(response.statusCode).toBe(401)
  expect(response.headers['content-type']).toContain('application/problem+json')
  expect(response.headers['www-authenticate']).toBe('Bearer realm="agency-swarm"')
  // The same words whatever was wrong: a refusal teaches nothing.
  const { requestId, ...body } = response.json<{ requestId: string }>()
  expect(requestId).toBeTruthy()
  expect(body).toEqual({
    type: 'urn:agency-swarm:problem:not-signed-in',
    title: 'Not signed in',
    status: 401,
    code: 'not-signed-in',
    detail: 'A valid bearer token is needed. Sign in and try again.',
  })
}

it('the tokens from which the attacks are made are good, so the refusals below mean something', async () => {
  for (const token of [good.token, signed(), omitting('claims', 'nothing')]) {
    expect((await fixture.call('GET', '/api/me', token)).statusCode).toBe(200)
  }
})

it('there are more than a hundred attacks, all different', () => {
  expect(attacks.length).toBeGreaterThan(200)
  expect(new Set(attacks.map(([name]) => name)).size).toBe(attacks.length)
  expect(new Set(attacks.map(([, token]) => token())).size).toBeGreaterThan(attacks.length - 5)
})

it.each(attacks)('refused: %s', async (_name, token) => {
  await expectRefused({ headers: { authorization: `Bearer ${token()}` } })
})

describe('a good token in the wrong place is refused:', () => {
  it.each<[string, () => Partial<InjectOptions>]>([
    ['no header', () => ({})],
    ['in the query', () => ({ url: `/api/me?token=${good.token}&access_token=${good.token}` })],
    ['in a cookie', () => ({ headers: { cookie: `token=${good.token}; access_token=${good.token}` } })],
    ['in the cookie of the refresh token', () => ({ headers: { cookie: `agency_swarm_refresh=${good.token}` } })],
    ['the refresh token in its cookie', () => ({ headers: { cookie: `agency_swarm_refresh=${good.refreshToken}` } })],
    ['without "Bearer"', () => ({ headers: { authorization: good.token } })],
    ['as Basic', () => ({ headers: { authorization: `Basic ${good.token}` } })],
    ['as Token', () => ({ headers: { authorization: `Token ${good.token}` } })],
    ['"Bearer" twice', () => ({ headers: { authorization: `Bearer Bearer ${good.token}` } })],
    ['two spaces', () => ({ headers: { authorization: `Bearer  ${good.token}` } })],
    ['a tab', () => ({ headers: { authorization: `Bearer\t${good.token}` } })],
    ['no space', () => ({ headers: { authorization: `Bearer${good.token}` } })],
    ['a colon', () => ({ headers: { authorization: `Bearer: ${good.token}` } })],
    ['a space behind it', () => ({ headers: { authorization: `Bearer ${good.token} x` } })],
    ['in Proxy-Authorization', () => ({ headers: { 'proxy-authorization': `Bearer ${good.token}` } })],
    ['in X-Authorization', () => ({ headers: { 'x-authorization': `Bearer ${good.token}` } })],
    ['in X-Access-Token', () => ({ headers: { 'x-access-token': good.token } })],
  ])('%s', async (_name, request) => expectRefused(request()))
})

describe('a token that was good is refused', () => {
  const signInAs = () => fixture.signIn('somebody', fixture.userPassword)
  const asBearer = ({ token }: SignedIn) => ({ headers: { authorization: `Bearer ${token}` } })
  const administer = (method: 'PATCH' | 'PUT' | 'DELETE', url: string, payload?: Record<string, unknown>) =>
    fixture.call(method, url, good.token, payload)

  it('after its session was signed out, on the next request', async () => {
    const session = await signInAs()
    expect((await fixture.call('GET', '/api/me', session.token)).statusCode).toBe(200)
    expect((await fixture.call('POST', '/api/auth/logout', session.token)).statusCode).toBe(204)
    await expectRefused(asBearer(session))
  })

  it('after all sessions were signed out from another one', async () => {
    const [one, two] = [await signInAs(), await signInAs()]
    expect((await fixture.call('POST', '/api/auth/logout-everywhere', two.token)).statusCode).toBe(204)
    await expectRefused(asBearer(one))
    await expectRefused(asBearer(two))
  })

  it('after the session was ended from the list of sessions', async () => {
    const [one, two] = [await signInAs(), await signInAs()]
    expect((await fixture.call('DELETE', `/api/sessions/${one.sessionId}`, two.token)).statusCode).toBe(204)
    await expectRefused(asBearer(one))
    expect((await fixture.call('GET', '/api/me', two.token)).statusCode).toBe(200)
  })

  it('after the password was changed in another session, which stays', async () => {
    const [one, two] = [await signInAs(), await signInAs()]
    const change = { oldPassword: fixture.userPassword, newPassword: fixture.userPassword }
    expect((await fixture.call('POST', '/api/auth/password', two.token, change)).statusCode).toBe(204)
    await expectRefused(asBearer(one))
    expect((await fixture.call('GET', '/api/me', two.token)).statusCode).toBe(200)
  })

  it('after an administrator reset the password, changed the permission, disabled or deleted the user', async () => {
    const id = await fixture.createUser('passing', 'operator')
    const changes = [
      () => administer('PUT', `/api/users/${id}/password`, { password: fixture.userPassword }),
      () => administer('PATCH', `/api/users/${id}`, { permission: 'read_only' }),
      () => administer('PATCH', `/api/users/${id}`, { isDisabled: true }),
    ]
    for (const change of changes) {
      const session = await fixture.signIn('passing', fixture.userPassword)
      expect((await change()).statusCode).toBe(200)
      await expectRefused(asBearer(session))
    }
    expect((await administer('PATCH', `/api/users/${id}`, { isDisabled: false })).statusCode).toBe(200)
    const session = await fixture.signIn('passing', fixture.userPassword)
    expect((await administer('DELETE', `/api/users/${id}`)).statusCode).toBe(200)
    await expectRefused(asBearer(session))
  })

  it('after a refresh token of its session was replayed, and so is every later token of the session', async () => {
    const session = await signInAs()
    const refresh = (refreshToken: string) =>
      fixture.app.inject({ method: 'POST', url: '/api/auth/refresh', payload: { refreshToken } })
    const second = (await refresh(session.refreshToken)).json<SignedIn>()
    const third = (await refresh(second.refreshToken)).json<SignedIn>()
    expect((await refresh(session.refreshToken)).statusCode).toBe(401)
    await expectRefused(asBearer(session))
    await expectRefused(asBearer(third))
    expect((await refresh(third.refreshToken)).statusCode).toBe(401)
  })

  it('and an access token, or an API key, is no refresh token', async () => {
    for (const refreshToken of [good.token, `ask_${randomBytes(32).toString('base64url')}`]) {
      const answer = await fixture.app.inject({ method: 'POST', url: '/api/auth/refresh', payload: { refreshToken } })
      expect(answer.statusCode).toBe(400)
    }
    const unknown = { refreshToken: randomBytes(32).toString('base64url') }
    const answer = await fixture.app.inject({ method: 'POST', url: '/api/auth/refresh', payload: unknown })
    expect(answer.statusCode).toBe(401)
  })
})
