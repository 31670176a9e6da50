import { ConsoleError } from '#shared/errors.ts'

/**
 * A value of a header as Go sends it: bytes of UTF-8. Line breaks and other control characters cannot be sent.
 * @param what the field of the kubeconfig, for the message
 * @throws ConsoleError KUBECONFIG_INVALID
 */
export function headerValue(value: string, what: string): string {
  const bytes = Buffer.from(value, 'utf8').toString('latin1')
  const strange = /[^\t\u0020-\u007e\u0080-\u00ff]/.exec(bytes)
  if (!strange) return bytes
  const isLine = strange[0] === '\n' || strange[0] === '\r'
  throw new ConsoleError(
    'KUBECONFIG_INVALID',
    `The kubeconfig has ${isLine ? 'a line break' : 'a control character'} in ${what}, which cannot be sent. Nothing was sent. Remove it; a long value belongs in one line.`,
    { field: what },
  )
}

/** A name within the name of a header, as client-go escapes it. */
export function headerName(name: string): string {
  return encodeURIComponent(name).replace(/[()]/g, (bracket) => `%${bracket.charCodeAt(0).toString(16)}`)
}
