import type { V1Ingress } from '@kubernetes/client-node'
import type { Scope } from '#shared/contract/base.ts'
import type { CertificateRow } from '#shared/contract/certificates.ts'
import { listObjects, type ClusterConnection, type KubeObject } from '../../kube/index.ts'
import { certificateFacts, chainOf } from './read.ts'

/** The workloads that read each Secret, by "Secret x". */
export type SecretReaders = (scope: Scope, signal?: AbortSignal) => Promise<Map<string, string[]>>

interface TlsUse {
  ingress: string
  secret: string
  hosts: string[]
}

/** Every certificate the suite and this console's connection depend on, those that need somebody first. */
export async function listCertificates(
  connection: ClusterConnection,
  scope: Scope,
  readers: SecretReaders,
  signal?: AbortSignal,
): Promise<CertificateRow[]> {
  const options = { namespace: scope.namespace, signal }
  const [secrets, ingresses, readBy, own] = await Promise.all([
    listObjects(connection, { apiVersion: 'v1', kind: 'Secret' }, options),
    listObjects(connection, { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' }, options),
    readers(scope, signal),
    connection.certificates(signal),
  ])
  const now = connection.clock.now()
  const uses = (ingresses as unknown as V1Ingress[]).flatMap(usesOf)
  const held = secrets.filter(holdsCertificate)
  const rows = [
    ...held.map((secret) => secretRow(secret, uses, readBy.get(`Secret ${secret.metadata.name}`) ?? [], now)),
    ...uses
      .filter(({ secret }) => !held.some(({ metadata }) => metadata.name === secret))
      .map((use) => missingRow(use, secrets)),
    ...connectionRows(own, now),
  ]
  return rows.sort((a, b) => urgency(a) - urgency(b) || (a.notAfter ?? 0) - (b.notAfter ?? 0))
}

const order: CertificateRow['state'][] = ['expired', 'missing', 'unreadable', 'notYet', 'soon', 'valid']
const urgency = ({ state }: CertificateRow): number => order.indexOf(state)

const usesOf = ({ metadata, spec }: V1Ingress): TlsUse[] =>
  (spec?.tls ?? []).map(({ secretName = '', hosts = [] }) => ({
    ingress: metadata?.name ?? '',
    secret: secretName,
    hosts,
  }))

const dataOf = (secret: KubeObject): Record<string, string> => (secret['data'] ?? {}) as Record<string, string>

const holdsCertificate = (secret: KubeObject): boolean =>
  secret['type'] === 'kubernetes.io/tls' || dataOf(secret)['tls.crt'] !== undefined

function secretRow(secret: KubeObject, uses: TlsUse[], readBy: string[], now: number): CertificateRow {
  const { name } = secret.metadata
  const text = (key: string) => Buffer.from(dataOf(secret)[key] ?? '', 'base64').toString()
  const own = uses.filter((use) => use.secret === name)
  const facts = certificateFacts(text('tls.crt'), now, text('tls.key') || undefined)
  const uncovered =
    facts.state === 'unreadable' ? [] : own.flatMap(({ hosts }) => uncoveredHosts(text('tls.crt'), hosts))
  const detail = uncovered.length === 0 ? facts.detail : `${facts.detail} It does not cover ${uncovered.join(', ')}.`
  return {
    source: `Secret ${name}`,
    ...facts,
    detail,
    usedBy: [...new Set([...own.map(({ ingress }) => `Ingress ${ingress}`), ...readBy])],
  }
}

function uncoveredHosts(pem: string, hosts: string[]): string[] {
  const [leaf] = chainOf(pem)
  return hosts.filter((host) => leaf?.checkHost(host.replace(/^\*\./, 'any.')) === undefined)
}

/** The ingress controller then serves a certificate of its own, which browsers refuse. */
function missingRow({ ingress, secret, hosts }: TlsUse, secrets: KubeObject[]): CertificateRow {
  const isThere = secrets.some(({ metadata }) => metadata.name === secret)
  const what =
    secret === ''
      ? 'names no Secret'
      : isThere
        ? `names Secret ${secret}, which holds no certificate`
        : `names Secret ${secret}, which does not exist`
  return {
    source: `Ingress ${ingress}: Secret missing`,
    subject: '',
    names: hosts,
    issuer: '',
    state: 'missing',
    detail: `Ingress ${ingress} ${what}: visitors get the controller's own certificate, or none.`,
    usedBy: [`Ingress ${ingress}`],
  }
}

function connectionRows(
  { server, client }: { server: string | undefined; client: string | undefined },
  now: number,
): CertificateRow[] {
  const row = (source: string, pem: string): CertificateRow => ({
    source,
    ...certificateFacts(pem, now),
    usedBy: ['this console'],
  })
  return [
    ...(server === undefined ? [] : [row('API server', server)]),
    ...(client === undefined ? [] : [row('Client certificate of this context', client)]),
  ]
}
