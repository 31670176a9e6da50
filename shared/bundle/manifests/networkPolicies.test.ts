import { describe, expect, it } from 'vitest'
import type { KubeObject } from '#shared/kubeObject.ts'
import { reachability, type Party } from './testing/reachable.ts'
import { variants, workloadsOf } from './testing/variants.ts'

const all = await variants()
const suite = 'agency-swarm'

/** Pods of the suite with the labels that their templates really give them. */
function own(objects: KubeObject[]): Party[] {
  return workloadsOf(objects).map(({ spec }) => {
    const { labels } = spec.template.metadata
    return { name: (labels['app'] ?? '').replace(/^agency-swarm-/, ''), namespace: suite, labels }
  })
}

const elsewhere = (
  namespace: string,
  more: Record<string, string> = {},
  labels: Record<string, string> = {},
): Party => ({
  name: namespace,
  namespace,
  namespaceLabels: { 'kubernetes.io/metadata.name': namespace, ...more },
  labels,
})
const outside = (name: string, address: string): Party => ({ name, address })

/** A pod of the suite's namespace that carries none of its labels. */
const stranger: Party = { name: 'stranger', namespace: suite, namespaceLabels: {}, labels: { app: 'stranger' } }
const others: Party[] = [
  stranger,
  elsewhere('kube-system'),
  elsewhere('monitoring'),
  elsewhere('ingress-nginx'),
  elsewhere('tools', { 'agency-swarm.dev/mcp-client': 'true' }),
  elsewhere('other', {}, { app: 'agency-swarm-backend', 'app.kubernetes.io/part-of': 'agency-swarm' }),
  outside('internet', '198.51.100.7'),
  outside('models', '203.0.113.10'),
  outside('metadata', '169.254.169.254'),
  outside('intranet', '10.20.30.40'),
]

/** What anybody might try to reach. */
const targets: [name: string, port: number][] = [
  ['postgresql', 5432],
  ['redis', 6379],
  ['backend', 8181],
  ['mcp', 8051],
  ['agents', 8052],
  ['frontend', 3737],
  ['logs', 12345],
  ['kube-system', 53],
  ['kube-system', 443],
  ['monitoring', 3100],
  ['monitoring', 4318],
  ['monitoring', 9090],
  ['ingress-nginx', 80],
  ['other', 8181],
  ['stranger', 80],
  ['internet', 443],
  ['internet', 22],
  ['models', 443],
  ['metadata', 80],
  ['intranet', 443],
  ['intranet', 6443],
]

/** Everything that is allowed, as lines `from -> to:port`. */
function allowed(objects: KubeObject[]): string[] {
  const parties = [...own(objects), ...others]
  const canReach = reachability(objects)
  const isOurs = ({ namespace }: Party) => namespace === suite
  return parties.flatMap((from) =>
    targets.flatMap(([name, port]) => {
      const to = parties.find((party) => party.name === name)
      // What others do among themselves is not ours to say.
      if (!to || to === from || (!isOurs(from) && !isOurs(to))) return []
      return canReach(from, to, port) ? [`${from.name} -> ${name}:${port}`] : []
    }),
  )
}

/** Reads a table: the first line names targets, each further one a sender and, below each target, whether it gets through. */
function read(table: string): string[] {
  const [head = '', ...rows] = table.trim().split('\n')
  const columns = head.trim().split(/\s+/)
  return rows.flatMap((row) => {
    const [from = '', ...cells] = row.trim().split(/\s+/)
    if (cells.length !== columns.length)
      throw new Error(`"${row}" has ${cells.length} cells for ${columns.length} targets.`)
    return columns.flatMap((to, index) => (cells[index] === 'yes' ? [`${from} -> ${to}`] : []))
  })
}

const within = `
                postgresql:5432 redis:6379 backend:8181 mcp:8051 agents:8052 frontend:3737 logs:12345 kube-system:53
  postgresql    .               .          .            .        .           .             .          yes
  redis         .               .          .            .        .           .             .          yes
  database-init yes             .          .            .        .           .             .          yes
  migrate       yes             .          .            .        .           .             .          yes
  backend       yes             yes        .            yes      yes         .             .          yes
  mcp           yes             .          .            .        .           .             .          yes
  agents        yes             .          .            yes      .           .             .          yes
  frontend      yes             yes        yes          .        .           .             .          yes
  stranger      .               .          .            .        .           .             .          yes
  monitoring    .               .          yes          yes      yes         yes           .          .
  tools         .               .          .            yes      .           .             .          .`

const backup = `
                postgresql:5432 kube-system:53
  backup        yes             yes`

/** Without a known ingress controller. */
const openPage = `
                frontend:3737
  kube-system   yes
  ingress-nginx yes
  tools         yes
  other         yes
  internet      yes
  models        yes
  metadata      yes
  intranet      yes`

const closedPage = `
                frontend:3737
  ingress-nginx yes`

/** Models, traces, allowed origins and log shipping; and the way in for the MCP service. */
const everything = `
                mcp:8051 monitoring:3100 monitoring:4318 internet:443 models:443 kube-system:53 intranet:443 intranet:6443
  ingress-nginx yes      .               .               .            .          .              .            .
  backend       yes      .               yes             .            yes        yes            .            .
  mcp           .        .               yes             .            yes        yes            .            .
  agents        yes      .               yes             yes          yes        yes            .            .
  frontend      .        .               yes             .            .          yes            .            .
  logs          .        yes             .               yes          yes        yes            yes          yes`

const intended: Record<string, string[]> = {
  sandbox: [within, openPage],
  small: [within, backup, openPage],
  production: [within, backup, closedPage],
  // With a load balancer its clients come with their own addresses.
  'production-example': [within, backup, openPage, everything],
}

describe.each(all)('$name', ({ name, objects }) => {
  it('lets through what the tables say, and nothing else', () => {
    const tables = (intended[name] ?? []).flatMap(read)
    expect(allowed(objects).sort()).toEqual([...new Set(tables)].sort())
  })

  it('asks the DNS by UDP as well', () => {
    const canReach = reachability(objects)
    for (const pod of own(objects)) expect(canReach(pod, elsewhere('kube-system'), 53, 'UDP')).toBe(true)
  })
})

describe('the rules themselves', () => {
  const pod = (name: string): Party => ({ name, namespace: suite, namespaceLabels: {}, labels: { app: name } })
  const policy = (spec: object): KubeObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'x', namespace: suite },
    spec: spec as Record<string, unknown>,
  })
  const [a, b] = [pod('a'), pod('b')]

  it('leave alone what no policy selects', () => {
    expect(reachability([])(a, b, 80)).toBe(true)
    expect(
      reachability([policy({ podSelector: {}, policyTypes: ['Ingress'] })])(outside('x', '192.0.2.1'), b, 80),
    ).toBe(false)
  })

  it('need the consent of both ends', () => {
    const leave = policy({ podSelector: { matchLabels: { app: 'a' } }, policyTypes: ['Egress'], egress: [{}] })
    const closed = policy({ podSelector: { matchLabels: { app: 'b' } }, policyTypes: ['Ingress'] })
    const open = policy({ podSelector: { matchLabels: { app: 'b' } }, policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 80 }] }] }) // prettier-ignore
    expect(reachability([leave, closed])(a, b, 80)).toBe(false)
    expect(reachability([leave, closed, open])(a, b, 80)).toBe(true)
    expect(reachability([leave, closed, open])(a, b, 81)).toBe(false)
  })

  it('take addresses out of a block', () => {
    const block = { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }
    const rules = policy({ podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [{ ipBlock: block }] }] })
    const canReach = reachability([rules])
    expect(['10.2.0.1', '10.1.0.1', '11.0.0.1'].map((address) => canReach(a, outside('x', address), 80))).toEqual([true, false, false]) // prettier-ignore
    expect(canReach(a, b, 80)).toBe(false)
  })
})
