import type { IncomingMessage } from 'node:http'

type Headers = Record<string, string | string[]>

/**
 * What may go to the API server. Everything else stays here: credentials, hop-by-hop headers, and those that some server might obey
 * instead of the request that was judged (X-HTTP-Method-Override, X-Remote-User, X-Original-URL).
 */
const passed = [
  'accept',
  'accept-encoding',
  'accept-language',
  'content-type',
  'content-encoding',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'kubectl-command',
  'kubectl-session',
  'range',
  'user-agent',
]
const passedOfUpgrades = [
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
  'x-stream-protocol-version',
]
const answered = [
  ...passed,
  'cache-control',
  'audit-id',
  'content-length',
  'date',
  'etag',
  'last-modified',
  'retry-after',
  'vary',
  'warning',
]

/** @param protocol of an upgrade, `websocket` or `SPDY/3.1` */
export function requestHeaders(incoming: IncomingMessage, protocol?: string): Headers {
  const headers: Headers = {}
  const names = protocol === undefined ? passed : [...passed, ...passedOfUpgrades]
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    if (values === undefined || !(names.includes(name) || name.startsWith('impersonate-'))) continue
    headers[name] = values.length === 1 ? (values[0] ?? '') : values
  }
  // A token may hide among the protocols of a WebSocket.
  const protocols = incoming.headers['sec-websocket-protocol']?.split(',').map((each) => each.trim())
  if (protocols && protocol !== undefined)
    headers['sec-websocket-protocol'] = protocols.filter((each) => !each.startsWith('base64url.bearer.')).join(', ')
  return protocol === undefined ? headers : { ...headers, connection: 'Upgrade', upgrade: protocol }
}

/** What of the answer goes back to the terminal. A redirect to another host would be followed with nobody asked. */
export function answerHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const back: Headers = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const isLocal = name === 'location' && typeof value === 'string' && /^\/(?!\/)/.test(value)
    if (answered.includes(name) || name.startsWith('x-kubernetes-') || isLocal) back[name] = value
  }
  return back
}

/** Whom a request asks to be, in words; empty for nobody else. */
export function impersonated(incoming: IncomingMessage): string {
  const user = incoming.headers['impersonate-user']
  const groups = incoming.headersDistinct['impersonate-group'] ?? []
  if (user === undefined && groups.length === 0) return ''
  return [String(user ?? 'nobody'), ...groups.map((group) => `group ${group}`)].join(', ')
}
