import type { onRequestHookHandler } from 'fastify'
import { Problem } from '../common/problems.ts'

/** The name in a Host header: with or without a port, and nothing else around it. */
function nameOfHost(host: string | undefined): string | undefined {
  const match = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.exec(host ?? '')
  return match?.[1]?.toLowerCase()
}

/** The name in an Origin header of a web page. `null` and other schemes have none. */
function nameOfOrigin(origin: string): string | undefined {
  const match = /^https?:\/\/(.+)$/i.exec(origin)
  return nameOfHost(match?.[1])
}

/**
 * Refuses requests that a web page sent through a name of its own (DNS rebinding, CVE-2025-66414): the Host must be one of ours, and so must
 * the Origin where there is one. Programs send none.
 */
export function requireAllowedHost(allowed: readonly string[]): onRequestHookHandler {
  const names = new Set(allowed.map((name) => name.toLowerCase()))
  return (request, _reply, done) => {
    const { host, origin } = request.headers
    const isHostAllowed = names.has(nameOfHost(host) ?? '')
    const isOriginAllowed = origin === undefined || names.has(nameOfOrigin(origin) ?? '')
    if (isHostAllowed && isOriginAllowed) done()
    else done(new Problem(403, 'host-not-allowed', 'This service does not answer to that name or page.'))
  }
}
