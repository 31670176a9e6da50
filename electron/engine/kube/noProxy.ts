import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'

/** One entry of NO_PROXY, read once. */
type Matches = (host: string, port: string, address: readonly number[] | undefined) => boolean

/**
 * Whether a host is reached without the environment's proxy, by the rules of Go's `httpproxy`, which are kubectl's: this machine itself always,
 * and whatever NO_PROXY lists as `*`, an address, a network (`10.0.0.0/8`, `fd00::/8`), a domain (itself and below it), `.domain` or `*.domain`
 * (only below it), each but networks also with `:port`. An entry that cannot be read matches nothing.
 * @param host without brackets
 * @param port as in the URL, or the default of its scheme
 */
export function isExempt(host: string, port: number, noProxy: string): boolean {
  if (host === 'localhost') return true
  const address = bytesOf(host)
  if (address && isLoopback(address)) return true
  const name = ascii(host.trim().toLowerCase())
  for (const listed of noProxy.split(',')) {
    const entry = listed.trim().toLowerCase()
    if (entry === '*') return true
    if (entry !== '' && matcherOf(entry)?.(name, String(port), address)) return true
  }
  return false
}

function matcherOf(entry: string): Matches | undefined {
  const network = networkOf(entry)
  if (network) return (_host, _port, address) => address !== undefined && network(address)
  const split = splitHostPort(entry)
  const host = split?.host ?? entry
  const matchesPort = (port: string): boolean => !split?.port || split.port === port
  if (host === '') return undefined
  const own = bytesOf(host)
  if (own) return (_host, port, address) => address !== undefined && isSame(own, address) && matchesPort(port)
  const domain = ascii(host.startsWith('*.') ? host.slice(1) : host)
  const isBelowOnly = domain.startsWith('.')
  const suffix = isBelowOnly ? domain : `.${domain}`
  // An address is in no domain, whatever its text ends with.
  return (name, port, address) =>
    address === undefined && (name.endsWith(suffix) || (!isBelowOnly && name === domain)) && matchesPort(port)
}

/** Go's `net.SplitHostPort`; undefined where it fails. */
function splitHostPort(entry: string): { host: string; port: string } | undefined {
  const bracketed = /^\[([^[\]]*)\]:([^:[\]]*)$/.exec(entry)
  const plain = bracketed ?? /^([^:[\]]*):([^:[\]]*)$/.exec(entry)
  return plain ? { host: plain[1] ?? '', port: plain[2] ?? '' } : undefined
}

/** @returns whether an address lies in the network; undefined when the text is no network */
function networkOf(entry: string): ((address: readonly number[]) => boolean) | undefined {
  const [, base = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? []
  // kubectl takes numbers with leading zeros here, as decimal ones.
  const bytes = bytesOf(base.includes(':') ? base : base.replace(/\b0+(?=\d)/g, ''))
  if (!bytes) return undefined
  const isMapped = isIP(base) === 6 && bytes.length === 4
  const prefix = Number(digits) - (isMapped ? 96 : 0)
  if (prefix > bytes.length * 8) return undefined
  return (address) =>
    address.length === bytes.length && prefix >= 0 && isSame(masked(bytes, prefix), masked(address, prefix))
}

function masked(bytes: readonly number[], prefix: number): number[] {
  return bytes.map((byte, index) => byte & (0xff00 >> Math.max(0, Math.min(8, prefix - index * 8))))
}

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

const isLoopback = (address: readonly number[]): boolean =>
  address.length === 4 ? address[0] === 127 : address.every((byte, index) => byte === (index === 15 ? 1 : 0))

/** The 4 or 16 bytes of an address, 4 for an IPv4 address written as IPv6, as Go compares them; undefined for anything else. */
function bytesOf(text: string): number[] | undefined {
  if (isIP(text) === 4) return text.split('.').map(Number)
  if (isIP(text) !== 6 || text.includes('%')) return undefined
  const ipv4 = /[\d.]+\.\d+$/.exec(text)?.[0]
  const tail = ipv4?.split('.').map(Number) ?? []
  const groups = ipv4 === undefined ? text : text.slice(0, -ipv4.length).replace(/([^:]):$/, '$1')
  const [head = '', rest] = groups.split('::')
  const before = wordsOf(head)
  const after = [...wordsOf(rest ?? ''), ...tail]
  const bytes =
    rest === undefined
      ? [...before, ...after]
      : [...before, ...Array<number>(16 - before.length - after.length).fill(0), ...after]
  const isMapped = bytes.slice(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 0xff))
  return isMapped ? bytes.slice(12) : bytes
}

const wordsOf = (groups: string): number[] =>
  groups
    .split(':')
    .filter((group) => group !== '')
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff])

/** Names beyond ASCII as they are sent; what cannot be converted stays. */
function ascii(name: string): string {
  // Every other name stays as it is, as in Go.
  return /^[\u0000-\u007f]*$/.test(name) ? name : domainToASCII(name) || name
}
