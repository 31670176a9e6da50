import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { initialize, startMcpService, type McpService } from './testing/mcpFixture.ts'

let database: SuiteDatabase
let service: McpService
let authorization: string

beforeAll(async () => {
  database = await startSuiteDatabase()
  service = await startMcpService(database, {
    ALLOWED_HOSTS: 'localhost,127.0.0.1,[::1],mcp.example.com',
    MCP_PUBLIC_URL: '',
  })
  authorization = `Bearer ${await service.tokenFor('operator')}`
})
afterAll(async () => {
  await service?.stop()
  await database?.stop()
})

const ours = [
  'localhost',
  'localhost:8051',
  'LOCALHOST',
  '127.0.0.1:1',
  '[::1]:8051',
  'mcp.example.com',
  'mcp.example.com:443',
]
const foreign = [
  'rebound.example.com',
  'rebound.example.com:8051',
  'example.com',
  'mcp.example.com.evil.com',
  'evil-mcp.example.com',
  'localhost.evil.com',
  'localhost@evil.com',
  'evil.com#localhost',
  'localhost/evil',
  'localhost:evil',
  'localhost localhost',
  'localhost,evil.com',
  '127.0.0.1.nip.io',
  '127.1',
  '0.0.0.0',
  '2130706433',
  '[::ffff:127.0.0.1]',
  'localhost.',
]
const foreignOrigins = [
  ...foreign.map((host) => `http://${host}`),
  'null',
  'https://evil.example.com',
  'file://',
  'chrome-extension://localhost',
  'http://localhost.evil.com:8051',
  'http://evil.com?localhost',
  'localhost',
]

describe('a request to /mcp', () => {
  it('from a page or to a name that is not ours is refused, whatever its token, by every method', async () => {
    const attempts: Record<string, string>[] = [
      ...foreign.map((host) => ({ host })),
      ...foreignOrigins.map((origin) => ({ host: 'localhost', origin })),
      ...foreign.map((host) => ({ host, origin: 'http://localhost' })),
      ...ours.map((host) => ({ host, origin: 'http://rebound.example.com:8051' })),
    ]
    for (const [index, headers] of attempts.entries()) {
      const method = ['POST', 'GET', 'DELETE'][index % 3] ?? 'POST'
      const body = method === 'POST' ? initialize : undefined
      const { status } = await service.send(method, { ...headers, authorization }, body)
      // An unreadable Host is refused by the HTTP parser before us.
      expect({ headers, status }).toEqual({
        headers,
        status: expect.toSatisfy((code: number) => [400, 403].includes(code)) as number,
      })
    }
    const { status } = await service.send('POST', { host: 'rebound.example.com', authorization }, initialize)
    expect(status).toBe(403)
  })

  it('to one of our names, from no page or one of ours, is served', async () => {
    for (const host of ours)
      for (const origin of [undefined, 'http://localhost:3737', 'https://mcp.example.com']) {
        const headers = { host, authorization, ...(origin === undefined ? {} : { origin }) }
        expect((await service.send('POST', headers, initialize)).status).toBe(200)
      }
  })

  it('leaves the probes to any host, since the kubelet calls them by address', async () => {
    expect((await service.send('GET', { host: '10.1.2.3:8051' }, undefined, '/ready')).status).toBe(200)
  })
})

describe('the metadata of the protected resource', () => {
  it('is where the challenge of a refused request says, and names the address that clients use', async () => {
    const refused = await service.send('POST', { host: 'mcp.example.com:8051' }, initialize)
    expect(refused.status).toBe(401)
    const challenge = String(refused.headers['www-authenticate'])
    const url = new URL(/resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '')
    expect(url.href).toBe('http://mcp.example.com:8051/.well-known/oauth-protected-resource/mcp')
    for (const path of [url.pathname, '/.well-known/oauth-protected-resource']) {
      const { status, body } = await service.send('GET', { host: url.host }, undefined, path)
      expect(status).toBe(200)
      expect(JSON.parse(body)).toEqual({
        resource: 'http://mcp.example.com:8051/mcp',
        resource_name: 'Agency Swarm MCP',
        bearer_methods_supported: ['header'],
        scopes_supported: ['read_only', 'operator', 'administrator'],
      })
    }
    expect((await service.send('GET', { host: 'evil.com' }, undefined, url.pathname)).status).toBe(403)
  })

  it('names the configured address behind a proxy', async () => {
    const proxied = await startMcpService(database, { MCP_PUBLIC_URL: 'https://mcp.example.com/' })
    const { headers } = await proxied.send('POST', {}, initialize)
    await proxied.stop()
    expect(headers['www-authenticate']).toContain('"https://mcp.example.com/.well-known/oauth-protected-resource/mcp"')
  })
})
