import { expect, it } from 'vitest'
import { transportError } from './transportErrors.ts'

const coded = (code: string, message = 'raw'): Error => Object.assign(new Error(message), { code })

it.each([
  [coded('ECONNREFUSED'), 'CLUSTER_UNREACHABLE'],
  [coded('ENOTFOUND'), 'CLUSTER_UNREACHABLE'],
  [coded('CERT_HAS_EXPIRED'), 'TLS_MISMATCH'],
  [coded('ERR_SSL_SOMETHING_NEW'), 'TLS_MISMATCH'],
  [coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'UNAUTHENTICATED'],
  [coded('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), 'UNAUTHENTICATED'],
  [coded('ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'), 'UNAUTHENTICATED'],
  [coded('ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'), 'UNAUTHENTICATED'],
  [coded('ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED'), 'UNAUTHENTICATED'],
  [coded('ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN'), 'UNAUTHENTICATED'],
  [coded('UND_ERR_HEADERS_TIMEOUT'), 'TIMEOUT'],
  [coded('HPE_SOMETHING_NEW'), 'CONNECTION_LOST'],
  [new Error('outer', { cause: coded('ECONNRESET') }), 'CONNECTION_LOST'],
  [new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]), 'CLUSTER_UNREACHABLE'],
  [new TypeError('a fault of our own'), 'INTERNAL'],
])('names %s', (thrown, code) => expect(transportError(thrown, 'host:6443').code).toBe(code))

it('says of a write that its outcome is not known, and of a read only that it may be tried again', () => {
  expect(transportError(coded('ECONNRESET'), 'host', true).message).toContain('not known')
  expect(transportError(coded('ECONNRESET'), 'host').message).toMatch(/ Try again\.$/)
})
