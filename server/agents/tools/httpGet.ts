import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { isPublicAddress } from './allowList.ts'

const longestRequest = 15_000
const largestBody = 256 * 1024
const mostRedirects = 3

/** The address may not be fetched, or gave nothing that can be used. The text is for the model. */
export class FetchRefused extends Error {
  override readonly name = 'FetchRefused'
}

export interface Fetched {
  readonly url: string
  readonly status: number
  readonly text: string
  /** The body was longer than what was read of it. */
  readonly isCut: boolean
}

type Answer = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/**
 * Resolves a name and lets pass only if every address is public; the connection is made to what was checked here, so that a name cannot
 * answer differently shortly afterwards (DNS rebinding).
 */
export function resolvePublic(hostname: string, options: LookupOptions, answer: Answer): void {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? []
    if (error !== null || first === undefined) {
      answer(error ?? new FetchRefused(`${hostname} has no address.`), [])
    } else if (!addresses.every(({ address }) => isPublicAddress(address))) {
      answer(new FetchRefused(`${hostname} leads to an address that is not public.`), [])
    } else if (options.all === true) answer(null, addresses)
    else answer(null, first.address, first.family)
  })
}

/** Literal addresses that are on the list were meant: only names are checked. */
const isLiteral = (hostname: string) => isIP(hostname.replace(/^\[|\]$/g, '')) !== 0

function open(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolvePromise, reject) => {
    const headers = { accept: 'text/*, application/json, application/xml;q=0.9', 'user-agent': 'agency-swarm' }
    const lookup = isLiteral(url.hostname) ? undefined : resolvePublic
    request(url, { headers, signal, agent: false, ...(lookup === undefined ? {} : { lookup }) })
      .on('response', resolvePromise)
      .on('error', reject)
      .end()
  })
}

async function readText(response: IncomingMessage): Promise<Pick<Fetched, 'text' | 'isCut'>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > largestBody) break
  }
  const text = Buffer.concat(chunks).subarray(0, largestBody).toString('utf8')
  return { text, isCut: size > largestBody }
}

/**
 * Fetches a text from an origin on the list. Redirects are followed as long as they stay on the list.
 * @throws FetchRefused with the reason; what the network throws otherwise
 */
export async function httpGet(address: string, allowed: readonly string[], signal?: AbortSignal): Promise<Fetched> {
  const limit = AbortSignal.timeout(longestRequest)
  const stop = signal === undefined ? limit : AbortSignal.any([signal, limit])
  let url = address
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const target = URL.canParse(url) ? new URL(url) : undefined
    if (target === undefined || !allowed.includes(target.origin) || target.username !== '' || target.password !== '') {
      throw new FetchRefused(`${target?.origin ?? 'This'} may not be fetched. Allowed are: ${allowed.join(', ')}.`)
    }
    const response = await open(target, stop)
    try {
      const { statusCode: status = 0, headers } = response
      if (status >= 300 && status < 400 && headers.location !== undefined) {
        url = new URL(headers.location, target).href
        continue
      }
      const type = headers['content-type'] ?? 'text/plain'
      if (!/^(text\/|application\/([\w.+-]*\+)?(json|xml)\b)/i.test(type)) {
        throw new FetchRefused(`${target.href} is ${type}, not a text.`)
      }
      return { url: target.href, status, ...(await readText(response)) }
    } finally {
      response.destroy()
    }
  }
  throw new FetchRefused(`${address} redirects more than ${mostRedirects} times.`)
}
