import { asConsoleError, ConsoleError, type ErrorCode } from '#shared/errors.ts'
import { sanitise } from './sanitise.ts'

interface Reason {
  code: ErrorCode
  says: string
}

const unreachable = (says: string): Reason => ({ code: 'CLUSTER_UNREACHABLE', says })
const mismatch = (says: string): Reason => ({ code: 'TLS_MISMATCH', says })
const lost = (says: string): Reason => ({ code: 'CONNECTION_LOST', says })

const unknownIssuer = mismatch('its certificate is signed by an authority the kubeconfig does not name')

/** Error codes of Node's net, dns and tls, and of undici. */
const reasons: Record<string, Reason> = {
  ECONNREFUSED: unreachable('nothing listens at its address'),
  ENOTFOUND: unreachable('its host name is not known'),
  EAI_AGAIN: unreachable('the name server does not answer'),
  EHOSTUNREACH: unreachable('there is no route to its address'),
  ENETUNREACH: unreachable('there is no network'),
  ENETDOWN: unreachable('there is no network'),
  ETIMEDOUT: unreachable('it does not answer'),
  UND_ERR_CONNECT_TIMEOUT: unreachable('it does not answer'),
  ECONNRESET: lost('the connection was reset'),
  EPIPE: lost('the connection was closed'),
  UND_ERR_SOCKET: lost('the connection was closed'),
  UND_ERR_CLOSED: lost('the connection was closed'),
  UND_ERR_DESTROYED: lost('the connection was closed'),
  HPE_INVALID_CONSTANT: lost('it does not speak HTTP'),
  UND_ERR_HEADERS_TIMEOUT: { code: 'TIMEOUT', says: 'it did not answer in time' },
  UND_ERR_BODY_TIMEOUT: { code: 'TIMEOUT', says: 'it stopped in the middle of an answer' },
  ERR_TLS_CERT_ALTNAME_INVALID: mismatch('its certificate is for other names'),
  CERT_HAS_EXPIRED: mismatch('its certificate has expired'),
  CERT_NOT_YET_VALID: mismatch('its certificate is not valid yet; check the clock of this machine'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownIssuer,
  CERT_SIGNATURE_FAILURE: mismatch(
    'its certificate does not match the authority in the kubeconfig (same name, another key)',
  ),
  ERR_SSL_WRONG_VERSION_NUMBER: mismatch('it does not speak TLS at that port'),
}

/** How a server refuses the client's certificate: the end of codes that OpenSSL and BoringSSL begin differently. */
const clientFaults: readonly (readonly [RegExp, string])[] = [
  [/CERTIFICATE_REQUIRED$/, 'it requires a client certificate, and this context has none'],
  [/ALERT_UNKNOWN_CA$/, 'it does not know who signed the client certificate of this context'],
  [/ALERT_CERTIFICATE_EXPIRED$/, 'the client certificate of this context has expired'],
  [/ALERT_CERTIFICATE_REVOKED$/, 'the client certificate of this context was revoked'],
  [
    /ALERT_(BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE|DECRYPT_ERROR|ACCESS_DENIED)$/,
    'it refuses the client certificate of this context',
  ],
]

function clientFault(code: string | undefined): Reason | undefined {
  const found = clientFaults.find(([end]) => end.test(code ?? ''))
  return found && { code: 'UNAUTHENTICATED', says: found[1] }
}

/** The code of an error or of what caused it. */
function codeOf(thrown: unknown, depth = 0): string | undefined {
  if (!(thrown instanceof Error) || depth > 4) return undefined
  const own = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined
  if (own !== undefined && (own in reasons || clientFault(own))) return own
  const inner = thrown instanceof AggregateError ? (thrown.errors as unknown[])[0] : thrown.cause
  return codeOf(inner, depth + 1) ?? own
}

/**
 * The ConsoleError for a failure below HTTP.
 * @param where the cluster's address, for the message
 * @param isWrite whether the request may have changed something before it failed
 */
export function transportError(thrown: unknown, where: string, isWrite = false): ConsoleError {
  if (thrown instanceof ConsoleError) return thrown
  const code = codeOf(thrown)
  const raw = thrown instanceof Error ? sanitise(thrown.message) : String(thrown)
  const known = clientFault(code) ?? (code === undefined ? undefined : reasons[code])
  const isTls = /ssl|tls|certificate/i.test(`${code ?? ''} ${raw}`)
  // A TypeError with a code is a fault of our own; anything else with a code came from the network.
  const isNetwork = code !== undefined && !(thrown instanceof TypeError) && !(thrown instanceof RangeError)
  const reason = known ?? (isTls ? mismatch(raw) : isNetwork ? lost(raw) : undefined)
  if (!reason) return asConsoleError(thrown)
  return new ConsoleError(
    reason.code,
    `${headline(reason.code, where)}: ${reason.says}. ${advice(reason.code, isWrite)}`,
    {
      where,
      reason: code ?? 'unknown',
      raw,
    },
  )
}

function headline(code: ErrorCode, where: string): string {
  if (code === 'TLS_MISMATCH') return `The cluster at ${where} cannot be trusted`
  if (code === 'CLUSTER_UNREACHABLE') return `The cluster at ${where} cannot be reached`
  if (code === 'UNAUTHENTICATED') return `The cluster at ${where} does not accept who you are`
  return `The connection to the cluster at ${where} failed`
}

function advice(code: ErrorCode, isWrite: boolean): string {
  if (code === 'TLS_MISMATCH')
    return 'Nothing was sent. Compare server and certificate-authority in the kubeconfig with the cluster.'
  if (code === 'UNAUTHENTICATED')
    return 'The request was not sent. Correct client-certificate and client-key in the kubeconfig, or sign in again.'
  if (code === 'CLUSTER_UNREACHABLE') return 'Check the network, a VPN and the address in the kubeconfig.'
  return isWrite ? 'It is not known whether the change was made: look before trying again.' : 'Try again.'
}
