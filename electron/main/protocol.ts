import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol } from 'electron'
import { builtDirectory } from './paths.ts'

/** The page's own scheme: unlike file:// it has an origin, and reaches nothing but the page's files. */
const scheme = 'console'
export const pageOrigin = `${scheme}://app`
export const pageUrl = `${pageOrigin}/index.html`

/** No eval, no remote origin, no frames, no forms. Styles may be inline because virtual rows are positioned by style attributes. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

/** Must run before the app is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

export function servePage(): void {
  const root = join(builtDirectory, 'renderer')
  protocol.handle(scheme, async (request) => {
    const url = new URL(request.url)
    const path = normalize(join(root, decodeURIComponent(url.pathname)))
    const type = types[extname(path)]
    if (url.origin !== pageOrigin && url.host !== 'app') return new Response(null, { status: 404 })
    if (!path.startsWith(root + sep) || type === undefined) return new Response(null, { status: 404 })
    const body = await readFile(path).catch(() => undefined)
    if (body === undefined) return new Response(null, { status: 404 })
    return new Response(new Uint8Array(body), {
      headers: {
        'content-type': type,
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
      },
    })
  })
}
