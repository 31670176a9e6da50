import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { authority, client, elsewhere, localhost, otherAuthority } from '../testing/certificates.ts'
import { belowIntermediate, encryptedKeys, expired, intermediate } from '../testing/chainCertificates.ts'
import { json, startMisbehavingServer, status, type MisbehavingServer } from '../testing/misbehavingServer.ts'
import { connect } from './connection.ts'
import type { ClusterEntry, UserEntry } from './types.ts'

let server: MisbehavingServer | undefined
const folders: string[] = []
afterEach(async () => {
  await server?.stop()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'console-tls-'))
  folders.push(path)
  return path
}

/** The outcome of one request: its answer or its error. */
async function ask(
  user: Partial<UserEntry>,
  cluster: Partial<ClusterEntry> = {},
  environment: Record<string, string> = {},
): Promise<unknown> {
  const connection = connect(server?.context(user, cluster) as never, { environment })
  try {
    return await connection.request('GET', '/version')
  } finally {
    await connection.close()
  }
}

it.each([
  ['an intermediate authority', belowIntermediate, intermediate],
  ["the server's own certificate", belowIntermediate, belowIntermediate.cert],
  ["the server's own certificate below an authority", localhost, localhost.cert],
])('trusts %s that the kubeconfig names, without its root', async (_what, keyPair, caData) => {
  const chain = keyPair === belowIntermediate ? { ...keyPair, cert: keyPair.cert + intermediate } : keyPair
  server = await startMisbehavingServer({ keyPair: chain })
  server.on('/version', json({ ok: true }))
  await expect(ask({}, { caData })).resolves.toEqual({ ok: true })
  await expect(ask({}, { caData: otherAuthority })).rejects.toMatchObject({ code: 'TLS_MISMATCH' })
})

it('takes the authorities of the system where the kubeconfig names none: a file, a folder, both', async () => {
  server = await startMisbehavingServer()
  server.on('/version', json({ ok: true }))
  const place = folder()
  const [file, directory, empty] = [join(place, 'bundle.pem'), join(place, 'certs'), join(place, 'none')]
  mkdirSync(directory)
  mkdirSync(empty)
  writeFileSync(file, `# comment\n${otherAuthority}\n${authority}`)
  writeFileSync(join(directory, 'ours.0'), authority)
  writeFileSync(join(directory, 'readme'), 'no certificate')
  const none = { caData: undefined }
  await expect(ask({}, none, { SSL_CERT_FILE: file, SSL_CERT_DIR: empty })).resolves.toEqual({ ok: true })
  await expect(ask({}, none, { SSL_CERT_FILE: join(place, 'absent'), SSL_CERT_DIR: directory })).resolves.toEqual({
    ok: true,
  })
  await expect(ask({}, none, { SSL_CERT_DIR: `${empty}:${directory}` })).resolves.toEqual({ ok: true })
  await expect(ask({}, none, { SSL_CERT_FILE: join(place, 'absent'), SSL_CERT_DIR: empty })).rejects.toMatchObject({
    code: 'TLS_MISMATCH',
  })
  // What the kubeconfig names holds alone.
  await expect(ask({}, { caData: otherAuthority }, { SSL_CERT_FILE: file })).rejects.toMatchObject({
    code: 'TLS_MISMATCH',
  })
})

it.each([
  ['no key', { certData: client.cert }, /has no key/],
  ['the key of another certificate', { certData: client.cert, keyData: elsewhere.key }, /do not belong together/],
  ['a key behind a passphrase', { certData: expired.cert, keyData: encryptedKeys[0] }, /passphrase/],
  ['a key behind a passphrase, in the other form', { certData: expired.cert, keyData: encryptedKeys[1] }, /passphrase/],
  ['a key that is none', { certData: client.cert, keyData: client.cert }, /not a PEM key/],
  ['a certificate that is none', { certData: client.key, keyData: client.key }, /not a PEM certificate/],
])('names the fault of a client certificate with %s, and sends nothing', async (_what, user, message) => {
  server = await startMisbehavingServer({ demandsCertificate: true })
  await expect(ask(user)).rejects.toMatchObject({
    code: 'KUBECONFIG_INVALID',
    message: expect.stringMatching(message) as string,
  })
  expect(server.connections).toBe(0)
})

it('says that the client certificate has expired where the cluster refuses it', async () => {
  server = await startMisbehavingServer()
  server.on('/version', status(401, 'Unauthorized'))
  const user = { certData: expired.cert, keyData: expired.key }
  await expect(ask(user)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    message: expect.stringContaining('expired on 2021-01-01') as string,
  })
  server.on('/version', json({ ok: true }))
  await expect(ask(user)).resolves.toEqual({ ok: true })
})

it.each([
  ['a token in two lines', { token: 'a\nb' }],
  ['a token that ends with a newline', { token: 'a\n' }],
  ['a token with a control character', { token: 'a\u0007' }],
  ['a user to impersonate in two lines', { token: 'a', impersonate: { user: 'a\r\nb', groups: [], extra: {} } }],
  ['extra with a newline', { token: 'a', impersonate: { user: 'a', groups: [], extra: { b: ['c\n'] } } }],
])('calls %s a fault of the kubeconfig', async (_what, user) => {
  server = await startMisbehavingServer()
  await expect(ask(user)).rejects.toMatchObject({
    code: 'KUBECONFIG_INVALID',
    message: expect.stringContaining('Nothing was sent') as string,
  })
  expect(server.connections).toBe(0)
})

it('sends names beyond ASCII as the bytes that kubectl sends', async () => {
  server = await startMisbehavingServer()
  server.on('/version', json({ ok: true }))
  await ask({ token: 'a', impersonate: { user: 'Zoë 🚀', groups: ['größe'], extra: { 'a(b)/c': ['d'] } } })
  const headers = server.requests[0]?.headers ?? {}
  const text = (value: unknown): string => Buffer.from(String(value), 'latin1').toString('utf8')
  expect([text(headers['impersonate-user']), text(headers['impersonate-group'])]).toEqual(['Zoë 🚀', 'größe'])
  expect(headers['impersonate-extra-a%28b%29%2fc']).toBe('d')
})
