import type { onRequestHookHandler } from 'fastify'
import { Problem } from '../common/problems.ts'

function hostNameOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).hostname : undefined
}

/**
 * Refuses requests that a web page sent through a name of its own (DNS rebinding, CVE-2025-66414): the Host must be one of ours, and so must
 * the Origin where there is one. Programs send none.
 */
export function requireAllowedHost(allowed: readonly string[]): onRequestHookHandler {
  const names = new Set(allowed.map((name) => name.toLowerCase()))
  return (request, _reply, done) => {
    const { host, origin } = request.headers
    const isHostAllowed = names.has(hostNameOf(`http://${host ?? ''}`) ?? '')
    const isOriginAllowed = origin === undefined || names.has(hostNameOf(origin) ?? '')
    if (isHostAllowed && isOriginAllowed) done()
    else done(new Problem(403, 'host-not-allowed', 'This service does not answer to that name or page.'))
  }
}
