/**
 * Loaded into every Node process of a pod, before its own code: `node --import podBootstrap.js`, or as the entry with the real module
 * as first argument where Node has no command line (Electron). Gives the process the cluster's names and the pod's own address.
 */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net, { connect, isIP } from 'node:net'
import { pathToFileURL } from 'node:url'

const resolver = process.env['SANDBOX_RESOLVER']
const namespace = process.env['SANDBOX_POD_NAMESPACE'] ?? 'default'
const podAddress = process.env['SANDBOX_POD_ADDRESS']
const wildcards = new Set(['', '0.0.0.0', '::'])

type LookupCallback = (error: NodeJS.ErrnoException | null, address?: unknown, family?: number) => void

/** Asks the node for a name of the cluster. Undefined: not a name of the cluster, or no node to ask. */
function askNode(name: string): Promise<string[] | undefined> {
  const [host, port] = (resolver ?? '').split(':')
  if (host === undefined || port === undefined) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) })
    let answer = ''
    socket.setEncoding('utf8')
    socket.setTimeout(5000, () => socket.destroy())
    socket.on('data', (chunk: string) => (answer += chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      // "-" alone is a name of the cluster that has no address now; nothing is a foreign name.
      const line = answer.trim()
      resolve(line === '' ? undefined : line.split(' ').filter((address) => address !== '-'))
    })
    socket.end(`${namespace} ${name}\n`)
  })
}

function patchLookup(): void {
  const original = dns.lookup
  const originalPromise = dns.promises.lookup

  const lookup = (hostname: string, ...rest: unknown[]): void => {
    const callback = rest.at(-1) as LookupCallback
    const options = rest.length > 1 ? rest[0] : {}
    const fallBack = (): void => void Reflect.apply(original, dns, [hostname, ...rest])
    if (typeof hostname !== 'string' || hostname === 'localhost' || isIP(hostname) !== 0) {
      fallBack()
      return
    }
    void askNode(hostname).then((addresses) => {
      if (addresses === undefined) {
        fallBack()
        return
      }
      const first = addresses[0]
      if (first === undefined) {
        callback(notFound(hostname))
        return
      }
      if (wantsAll(options))
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        )
      else callback(null, first, 4)
    })
  }

  const lookupPromise = async (hostname: string, options?: unknown): Promise<unknown> => {
    const addresses = isIP(hostname) === 0 && hostname !== 'localhost' ? await askNode(hostname) : undefined
    if (addresses === undefined) return Reflect.apply(originalPromise, dns.promises, [hostname, options ?? {}])
    const found = addresses.map((address) => ({ address, family: 4 }))
    if (found[0] === undefined) throw notFound(hostname)
    return wantsAll(options) ? found : found[0]
  }

  Object.assign(dns, { lookup })
  Object.assign(dns.promises, { lookup: lookupPromise })
  syncBuiltinESMExports()
}

function wantsAll(options: unknown): boolean {
  return typeof options === 'object' && options !== null && 'all' in options && options.all === true
}

function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
    code: 'ENOTFOUND',
    errno: -3008,
    syscall: 'getaddrinfo',
    hostname,
  })
}

/** "All addresses" means the pod's own, as it does in a container. */
function patchListen(address: string): void {
  const original = Reflect.get(net.Server.prototype, 'listen') as (...args: unknown[]) => unknown
  Object.assign(net.Server.prototype, {
    listen(this: net.Server, ...args: unknown[]): unknown {
      return original.apply(this, ownAddress(args, address))
    },
  })
}

function ownAddress(args: unknown[], address: string): unknown[] {
  const [first, second, ...rest] = args
  if (
    typeof first === 'object' &&
    first !== null &&
    'port' in first &&
    !('path' in first && first.path !== undefined)
  ) {
    const host = 'host' in first ? first.host : undefined
    return isWildcard(host) ? [{ ...first, host: address }, ...args.slice(1)] : args
  }
  const isPort = typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first))
  if (!isPort) return args
  if (typeof second === 'string') return isWildcard(second) ? [first, address, ...rest] : args
  return second === undefined || second === null ? [first, address, ...rest] : [first, address, ...args.slice(1)]
}

const isWildcard = (host: unknown): boolean =>
  host === undefined || host === null || (typeof host === 'string' && wildcards.has(host))

patchLookup()
if (podAddress !== undefined && podAddress !== '127.0.0.1') patchListen(podAddress)

const [, entry, module] = process.argv
if (entry !== undefined && module !== undefined && pathToFileURL(entry).href === import.meta.url) {
  process.argv.splice(1, 1)
  await import(pathToFileURL(module).href)
}
