import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { CertificateRow } from '#shared/contract/certificates.ts'

/** Milliseconds before its end at which a certificate counts as one that ends soon: 30 days. */
export const soon = 30 * 86_400_000

type Facts = Omit<CertificateRow, 'source' | 'usedBy'>

/** "CN=a, O=b" on one line, the name alone where there is nothing else. */
const oneLine = (name: string): string => name.split('\n').reverse().join(', ')

const named = (subjectAltName: string | undefined): string[] =>
  (subjectAltName ?? '').split(', ').flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? [])

/** The certificates of a PEM text, leaf first. @throws when one cannot be read */
export function chainOf(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => new X509Certificate(block))
}

/**
 * What a certificate says and whether it is good now.
 * @param key its private key, to see that they belong together; never told
 * @param now milliseconds since 1970
 */
export function certificateFacts(pem: string, now: number, key?: string): Facts {
  let chain: X509Certificate[]
  try {
    chain = chainOf(pem)
  } catch {
    return unreadable('The certificate cannot be read.')
  }
  const [leaf, ...others] = chain
  if (!leaf) return unreadable('There is no certificate in it.')
  const notBefore = Date.parse(leaf.validFrom)
  const notAfter = Date.parse(leaf.validTo)
  const facts = {
    subject: oneLine(leaf.subject),
    names: named(leaf.subjectAltName),
    issuer: leaf.issuer === leaf.subject ? 'itself' : oneLine(leaf.issuer),
    notBefore,
    notAfter,
  }
  if (key !== undefined && !belongsTo(leaf, key)) {
    return {
      ...facts,
      state: 'unreadable',
      detail: 'The private key does not belong to the certificate: servers refuse to start with it.',
    }
  }
  const state = stateOf(notBefore, notAfter, now)
  const early = others.find((each) => Date.parse(each.validTo) < notAfter)
  const detail = early
    ? ` Its issuer ${oneLine(early.subject)} ends before it, ${dayOf(Date.parse(early.validTo))}.`
    : ''
  return { ...facts, state, detail: `${sentenceOf(state, notBefore, notAfter, now)}${detail}` }
}

const unreadable = (detail: string): Facts => ({ subject: '', names: [], issuer: '', state: 'unreadable', detail })

function belongsTo(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

function stateOf(notBefore: number, notAfter: number, now: number): Facts['state'] {
  if (now > notAfter) return 'expired'
  if (now < notBefore) return 'notYet'
  return notAfter - now < soon ? 'soon' : 'valid'
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

function sentenceOf(state: Facts['state'], notBefore: number, notAfter: number, now: number): string {
  const days = Math.floor(Math.abs(notAfter - now) / 86_400_000)
  if (state === 'expired') return `It ended ${days} days ago, ${dayOf(notAfter)}: clients refuse it.`
  if (state === 'notYet') return `It is not valid before ${dayOf(notBefore)}: clients refuse it until then.`
  return `It ends in ${days} days, ${dayOf(notAfter)}.`
}
