import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isPublicAddress, parseAllowList } from './allowList.ts'
import { FetchRefused, httpGet } from './httpGet.ts'

const pages: Record<string, (response: ServerResponse, request: IncomingMessage) => void> = {
  '/long': (response) => response.setHeader('content-type', 'text/plain').end('x'.repeat(1_000_000)),
  '/binary': (response) => response.setHeader('content-type', 'application/octet-stream').end('x'),
  '/json': (response) => response.setHeader('content-type', 'application/problem+json').end('{"a":1}'),
  '/round': (response) => response.writeHead(302, { location: '/round' }).end(),
  '/silent': () => undefined,
}
let port = 0
const server = createServer((request, response) => {
  const page = pages[request.url ?? '']
  if (page === undefined) response.writeHead(404, { 'content-type': 'text/plain' }).end('nothing')
  else page(response, request)
})
const get = (path: string, signal?: AbortSignal) =>
  httpGet(`http://127.0.0.1:${port}${path}`, [`http://127.0.0.1:${port}`], signal)

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('an agent that fetches', () => {
  it('gets texts, cut at their limit, and the status as it is', async () => {
    const long = await get('/long')
    expect([long.isCut, long.text.length]).toEqual([true, 256 * 1024])
    expect(await get('/json')).toMatchObject({ status: 200, text: '{"a":1}', isCut: false })
    expect(await get('/elsewhere')).toMatchObject({ status: 404, text: 'nothing' })
  })

  it('gets nothing that is no text, goes in a circle, or is stopped', async () => {
    await expect(get('/binary')).rejects.toThrow(/application\/octet-stream, not a text/)
    await expect(get('/round')).rejects.toThrow(/redirects more than 3 times/)
    const stopping = new AbortController()
    const fetched = get('/silent', stopping.signal)
    stopping.abort()
    await expect(fetched).rejects.toThrow()
  })

  it('is refused a listed name that leads to an address that is not public', async () => {
    const origin = `http://localhost:${port}`
    const fetched = httpGet(`${origin}/json`, [origin])
    await expect(fetched).rejects.toThrow(FetchRefused)
    await expect(fetched).rejects.toThrow(/not public/)
  })

  it('is refused credentials in an address, and another port or scheme of a listed host', async () => {
    for (const address of [
      `http://user:word@127.0.0.1:${port}/json`,
      `http://127.0.0.1:${port + 1}/json`,
      `https://127.0.0.1:${port}/json`,
      'file:///etc/hostname',
      'no address',
    ])
      await expect(httpGet(address, [`http://127.0.0.1:${port}`])).rejects.toThrow(/may not be fetched/)
  })
})

describe('addresses', () => {
  it.each([
    '10.1.2.3',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.1',
    '192.168.0.1',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'no address',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '2606:4700::1111'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  it('are listed as origins; what is none is named', () => {
    expect(
      parseAllowList(['docs.example.com', 'http://10.0.0.7:8080', 'ftp://x', 'https://a/b', 'https://u@a']),
    ).toEqual({
      origins: ['https://docs.example.com', 'http://10.0.0.7:8080'],
      wrong: ['ftp://x', 'https://a/b', 'https://u@a'],
    })
  })
})
