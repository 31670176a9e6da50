import { readBody } from '../body.ts'
import type { ApiContext } from '../context.ts'
import { fieldCause, invalid, notFound } from '../errors.ts'
import { issueToken } from '../identity/serviceAccountToken.ts'
import { isJson, type Json } from '../json.ts'
import { now } from '../../store/metadata.ts'
import type { KindRequest, Reply } from '../request.ts'

const defaultSeconds = 3600
/** What a TokenRequest may ask for at least. */
const shortestSeconds = 600
const longestSeconds = 2 ** 32
const tokenRequest = { group: 'authentication.k8s.io', kind: 'TokenRequest', plural: 'tokenrequests' }

/** TokenRequest: a token of a service account that ends by itself. */
export async function handleToken({ store, credentials }: ApiContext, request: KindRequest): Promise<Reply> {
  const { row, info, incoming } = request
  const account = store.get('serviceaccounts', info.namespace, info.name)
  if (account === undefined) throw notFound(row, info.name)
  const body = await readBody(incoming)
  const spec: Json = isJson(body) && isJson(body.spec) ? body.spec : {}
  const seconds = Number(spec.expirationSeconds ?? defaultSeconds)
  const limit = seconds < shortestSeconds ? 'less than 10 minutes' : 'larger than 2^32 seconds'
  if (seconds < shortestSeconds || seconds > longestSeconds) {
    const why = `may not specify a duration ${limit}`
    throw invalid(tokenRequest, info.name, [fieldCause('FieldValueInvalid', 'spec.expirationSeconds', seconds, why)])
  }
  const expires = new Date(Date.now() + seconds * 1000)
  const audiences = Array.isArray(spec.audiences) ? spec.audiences.map(String) : ['https://kubernetes.default.svc']
  const identity = { namespace: info.namespace, name: info.name, uid: account.metadata.uid }
  return {
    code: 201,
    body: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: info.name, namespace: info.namespace, creationTimestamp: now() },
      spec: { ...spec, audiences, expirationSeconds: seconds },
      status: {
        token: issueToken(identity, credentials.tokenSecret, audiences, expires),
        expirationTimestamp: expires.toISOString().replace(/\.\d+Z$/, 'Z'),
      },
    },
  }
}
