import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { isIP } from 'node:net'
import { bits, element, explicit, integer, objectIdentifier, octets, sequence, set, time, truth, utf8 } from './der.ts'

/** A certificate and its private key, both PEM. */
export interface KeyAndCertificate {
  key: string
  certificate: string
}

const day = 24 * 60 * 60 * 1000
const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))

const nameOf = (commonName: string): Buffer => sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8(commonName))))

const extension = (identifier: string, critical: boolean, value: Buffer): Buffer =>
  sequence(objectIdentifier(identifier), ...(critical ? [truth] : []), octets(value))

const keyIdentifier = (publicKey: Buffer): Buffer => createHash('sha1').update(publicKey).digest()

/** RFC 4291 text to 16 bytes, for the one form used here. */
const addressBytes = (address: string): Buffer =>
  address === '::1' ? Buffer.from([...new Array<number>(15).fill(0), 1]) : Buffer.from(address.split('.').map(Number))

const alternativeName = (host: string): Buffer =>
  isIP(host) === 0 ? element(0x82, Buffer.from(host)) : element(0x87, addressBytes(host))

interface Content {
  subject: string
  issuer: string
  days: number
  publicKey: Buffer
  extensions: Buffer[]
}

function issue(content: Content, signingKey: string): string {
  const version3 = explicit(0, integer(Buffer.from([2])))
  // A day of slack for clocks that disagree.
  const validity = sequence(time(new Date(Date.now() - day)), time(new Date(Date.now() + content.days * day)))
  const body = sequence(
    version3,
    integer(Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    ecdsaWithSha256,
    nameOf(content.issuer),
    validity,
    nameOf(content.subject),
    content.publicKey,
    explicit(3, sequence(...content.extensions)),
  )
  const signature = sign('sha256', body, createPrivateKey(signingKey))
  const base64 = sequence(body, ecdsaWithSha256, bits(signature)).toString('base64')
  const lines = base64.match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function newKey(): { key: string; publicKey: Buffer } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }),
  }
}

/** A certificate authority of this name, good for ten years. */
export function createAuthority(name: string): KeyAndCertificate {
  const { key, publicKey } = newKey()
  const extensions = [
    extension('2.5.29.19', true, sequence(truth)),
    // keyCertSign and cRLSign.
    extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)),
    extension('2.5.29.14', false, octets(keyIdentifier(publicKey))),
  ]
  const content = { subject: name, issuer: name, days: 3650, publicKey, extensions }
  return { key, certificate: issue(content, key) }
}

/** A server certificate for the given host names and addresses, good for a year: a new one is made at every start. */
export function createServerCertificate(
  authority: KeyAndCertificate,
  subject: string,
  hosts: readonly string[],
): KeyAndCertificate {
  const { key, publicKey } = newKey()
  const authorityKey = createPublicKey(authority.key).export({ type: 'spki', format: 'der' })
  const extensions = [
    extension('2.5.29.19', true, sequence()),
    // digitalSignature.
    extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)),
    // serverAuth.
    extension('2.5.29.37', false, sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', false, sequence(...hosts.map(alternativeName))),
    extension('2.5.29.14', false, octets(keyIdentifier(publicKey))),
    extension('2.5.29.35', false, sequence(element(0x80, keyIdentifier(authorityKey)))),
  ]
  const issuer = new X509Certificate(authority.certificate).subject.replace(/^CN=/, '')
  const content = { subject, issuer, days: 365, publicKey, extensions }
  return { key, certificate: issue(content, authority.key) }
}
