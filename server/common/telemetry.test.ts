import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildApi } from '../api/app.ts'
import { readApiConfiguration } from '../api/configuration.ts'
import { captureLog, serviceEnvironment } from '../testing/environment.ts'
import { adminPassword, startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'

interface Span {
  readonly name: string
  readonly traceId: string
  readonly parentSpanId?: string
  readonly spanId: string
}

interface Export {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[]
}

/** A collector that speaks OTLP over HTTP with JSON, as the exporter sends it. */
const received: Span[] = []
const collector = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (request.url === '/v1/traces') {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Export
      received.push(...body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)))
    }
    response.setHeader('content-type', 'application/json').end('{}')
  })
})
let database: SuiteDatabase

beforeAll(async () => {
  database = await startSuiteDatabase()
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  received.length = 0
})
afterAll(async () => {
  collector.close()
  await database.stop()
})

async function signIn(more: Record<string, string>): Promise<void> {
  const app = buildApi(readApiConfiguration(serviceEnvironment(database, more)), { logStream: captureLog() })
  const response = await app.inject({
    method: 'POST',
    url: '/api/auth/login',
    headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    payload: { name: 'admin', password: adminPassword },
  })
  expect(response.statusCode).toBe(200)
  await app.close()
}

describe('traces', () => {
  it('are off unless an endpoint is configured', async () => {
    await signIn({})
    expect(received).toEqual([])
  })

  it('hold the request as a child of the caller’s span, and its queries as children of the request', async () => {
    const { port } = collector.address() as AddressInfo
    await signIn({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })
    const request = received.find(({ name }) => name === 'POST /api/auth/login')
    expect(request).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331' })
    const queries = received.filter(({ parentSpanId }) => parentSpanId === request?.spanId)
    expect(queries.length).toBeGreaterThan(2)
    expect(JSON.stringify(received)).not.toContain(adminPassword)
  })

  it('do not matter to the service when the collector is away', async () => {
    await signIn({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
    expect(received).toEqual([])
  })
})
