import { createPrivateKey, X509Certificate } from 'node:crypto'
import { ConsoleError } from '#shared/errors.ts'
import type { UserEntry } from './types.ts'

/**
 * Looks at what a context signs in with before it is used: TLS itself would only say that something is wrong.
 * @throws ConsoleError KUBECONFIG_INVALID when certificate and key cannot be used together
 */
export function checkClientCertificate(cert: string, key: string | undefined, user: UserEntry): void {
  const wrong = (what: string, remedy: string): ConsoleError =>
    new ConsoleError('KUBECONFIG_INVALID', `The client ${what}. Nothing was sent. ${remedy}`, {
      user: user.name,
      certificate: user.certFile ?? 'client-certificate-data',
      key: user.keyFile ?? 'client-key-data',
    })
  if (key === undefined)
    throw wrong('certificate has no key', 'Add client-key or client-key-data to the user in the kubeconfig.')
  const certificate = parsed(() => new X509Certificate(cert))
  if (!certificate) throw wrong('certificate is not a PEM certificate', 'Correct client-certificate in the kubeconfig.')
  if (/^Proc-Type:.*ENCRYPTED|BEGIN ENCRYPTED PRIVATE KEY/m.test(key))
    throw wrong(
      'key is protected by a passphrase, which kubectl cannot use either',
      'Remove the passphrase from a copy of the key, for example with openssl pkey, and name that copy in the kubeconfig.',
    )
  const privateKey = parsed(() => createPrivateKey(key))
  if (!privateKey) throw wrong('key is not a PEM key', 'Correct client-key in the kubeconfig.')
  if (!certificate.checkPrivateKey(privateKey))
    throw wrong(
      'certificate and the client key do not belong together',
      'Correct client-certificate or client-key in the kubeconfig.',
    )
}

/** Why a server may have refused this certificate, whatever it answered: its time. Undefined when that is not it. */
export function whyRefused(cert: string | undefined, now: number): string | undefined {
  const certificate = cert === undefined ? undefined : parsed(() => new X509Certificate(cert))
  if (!certificate) return undefined
  if (Date.parse(certificate.validTo) < now)
    return `the client certificate of this context expired on ${dayOf(certificate.validTo)}. Renew it, or sign in again with the tool that made it`
  if (Date.parse(certificate.validFrom) > now)
    return `the client certificate of this context is not valid before ${dayOf(certificate.validFrom)}. Check the clock of this computer`
  return undefined
}

const dayOf = (time: string): string => new Date(time).toISOString().slice(0, 10)

function parsed<What>(parse: () => What): What | undefined {
  try {
    return parse()
  } catch {
    // What the parser says differs between OpenSSL and BoringSSL; that it cannot be parsed is the fact.
    return undefined
  }
}
