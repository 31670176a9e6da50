import { BlockList, isIP } from 'node:net'

function originOf(entry: string): string | undefined {
  const text = entry.includes('://') ? entry : `https://${entry}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return undefined
  const isOrigin = url.pathname === '/' && url.username === '' && url.search === '' && url.hash === ''
  return isOrigin ? url.origin : undefined
}

/** Reads `https://docs.example.com`: scheme, host and port. A bare host name means https. Entries that are none are named. */
export function parseAllowList(entries: readonly string[]): { readonly origins: string[]; readonly wrong: string[] } {
  const origins: string[] = []
  const wrong: string[] = []
  for (const entry of entries) {
    const origin = originOf(entry)
    if (origin === undefined) wrong.push(entry)
    else origins.push(origin)
  }
  return { origins, wrong }
}

// Everything that is not the public internet: RFC 6890 and its successors. Two lists, because Node compares an IPv4 address with the
// mapped range of IPv6 as well, and would find every one of them in it.
const notPublic = { ipv4: new BlockList(), ipv6: new BlockList() }
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  notPublic.ipv4.addSubnet(address, prefix, 'ipv4')
}
for (const [address, prefix] of [
  ['::', 128],
  ['::1', 128],
  // Addresses that carry an IPv4 address inside, where a private one could hide: mapped, compatible, NAT64, 6to4, Teredo.
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  notPublic.ipv6.addSubnet(address, prefix, 'ipv6')
}

/** Whether an address belongs to the public internet, and not to a cluster, a machine or a cloud's metadata. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 0) return false
  const family = version === 6 ? 'ipv6' : 'ipv4'
  return !notPublic[family].check(address, family)
}
