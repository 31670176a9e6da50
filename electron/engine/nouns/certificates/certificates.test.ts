import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CertificateRow } from '#shared/contract/certificates.ts'
import { client, localhost } from '../../testing/certificates.ts'
import { testNamespace, type TestNamespace } from '../../testing/testNamespace.ts'
import { listCertificates } from './certificates.ts'
import { certificateFacts, soon } from './read.ts'

describe('a certificate', () => {
  const until = certificateFacts(localhost.cert, Date.parse('2027-01-01')).notAfter ?? 0

  it('tells its names, its issuer and how long it is good', () => {
    const facts = certificateFacts(localhost.cert, Date.parse('2027-01-01'), localhost.key)
    expect(facts).toMatchObject({ subject: 'CN=localhost', issuer: 'CN=test authority', state: 'valid' })
    expect(facts.names).toEqual(['localhost', '127.0.0.1', '0:0:0:0:0:0:0:1'])
    expect(facts.detail).toMatch(/^It ends in \d+ days, 2126-/)
  })

  it.each<[string, number, CertificateRow['state']]>([
    ['29 days before its end', until - soon + 86_400_000, 'soon'],
    ['after its end', until + 1, 'expired'],
    ['before it begins', Date.parse('2020-01-01'), 'notYet'],
  ])('%s', (_when, now, state) => {
    expect(certificateFacts(localhost.cert, now).state).toBe(state)
  })

  it('is of no use with the key of another', () => {
    expect(certificateFacts(localhost.cert, Date.parse('2027-01-01'), client.key)).toMatchObject({
      state: 'unreadable',
    })
  })

  it.each(['', 'no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'cannot be read: %j',
    (pem) => {
      expect(certificateFacts(pem, 0).state).toBe('unreadable')
    },
  )
})

describe('the certificates of a namespace', () => {
  let place: TestNamespace
  beforeAll(async () => {
    place = await testNamespace('certificates')
    const tls = (name: string, key: string) =>
      place.create({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name },
        type: 'kubernetes.io/tls',
        stringData: { 'tls.crt': localhost.cert, 'tls.key': key },
      })
    await tls('good', localhost.key)
    await tls('mixed', client.key)
    await place.create({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'door' },
      spec: {
        tls: [
          { hosts: ['localhost', 'suite.example'], secretName: 'good' },
          { hosts: ['other.example'], secretName: 'absent' },
        ],
        defaultBackend: { service: { name: 'web', port: { number: 80 } } },
      },
    })
  })
  afterAll(() => place.stop())

  it('are listed with who uses them, what is missing, and the connection of this console', async () => {
    const readers = () => Promise.resolve(new Map([['Secret good', ['Deployment web']]]))
    const rows = await listCertificates(place.connection, place.scope, readers)
    const find = (source: string) => rows.find((row) => row.source === source)
    expect(find('Secret good')).toMatchObject({ state: 'valid', usedBy: ['Ingress door', 'Deployment web'] })
    expect(find('Secret good')?.detail).toMatch(/It does not cover suite.example\.$/)
    expect(find('Secret mixed')).toMatchObject({ state: 'unreadable', usedBy: [] })
    expect(find('Ingress door: Secret missing')).toMatchObject({ state: 'missing', names: ['other.example'] })
    expect(find('API server')?.names).toContain('127.0.0.1')
    expect(rows.findIndex(({ state }) => state === 'valid')).toBeGreaterThan(
      rows.findIndex(({ state }) => state === 'missing'),
    )
    expect(JSON.stringify(rows)).not.toContain('PRIVATE')
  })
})
