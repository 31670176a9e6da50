import { BlockList, isIPv6 } from 'node:net'
import { z } from 'zod'
import { selects, type KubeObject } from '../../../../electron/engine/kube/index.ts'

/** Somebody who may send or receive: a pod of the suite, a pod of another namespace, or an address outside of the cluster. */
export interface Party {
  name: string
  namespace?: string
  namespaceLabels?: Record<string, string>
  labels?: Record<string, string>
  /** Of a party that is no pod. */
  address?: string
}

const labels = z.record(z.string(), z.string())
const selector = z.object({
  matchLabels: labels.default({}),
  matchExpressions: z
    .array(
      z.object({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).default([]),
      }),
    )
    .default([]),
})
const peer = z.strictObject({
  podSelector: selector.optional(),
  namespaceSelector: selector.optional(),
  ipBlock: z.strictObject({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
})
const port = z.strictObject({ port: z.number().optional(), protocol: z.enum(['TCP', 'UDP']).default('TCP') })
const policySpec = z.strictObject({
  podSelector: selector,
  policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
  ingress: z.array(z.strictObject({ from: z.array(peer).optional(), ports: z.array(port).optional() })).default([]),
  egress: z.array(z.strictObject({ to: z.array(peer).optional(), ports: z.array(port).optional() })).default([]),
})

type Peer = z.infer<typeof peer>
type Port = z.infer<typeof port>
type Policy = z.infer<typeof policySpec> & { namespace: string }

function isWithin(cidr: string, address: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/')
  const list = new BlockList()
  const family = isIPv6(network) ? 'ipv6' : 'ipv4'
  list.addSubnet(network, Number(prefix), family)
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** Whether one entry of `from` or `to` means this party. Blocks of addresses are for what is outside of the cluster. */
function means({ podSelector, namespaceSelector, ipBlock }: Peer, policy: Policy, party: Party): boolean {
  if (ipBlock) {
    const { address } = party
    if (address === undefined) return false
    return isWithin(ipBlock.cidr, address) && !ipBlock.except.some((each) => isWithin(each, address))
  }
  if (party.address !== undefined) return false
  const isNamespace = namespaceSelector
    ? selects(namespaceSelector, party.namespaceLabels ?? {})
    : party.namespace === policy.namespace
  return isNamespace && (!podSelector || selects(podSelector, party.labels ?? {}))
}

const opens = (ports: Port[] | undefined, number: number, protocol: string) =>
  ports === undefined || ports.some((each) => (each.port ?? number) === number && each.protocol === protocol)

/** Policies that select a party in one direction; a party that none selects is not restricted. */
const selecting = (policies: Policy[], party: Party, type: 'Ingress' | 'Egress') =>
  policies.filter(
    (policy) =>
      policy.policyTypes.includes(type) &&
      party.namespace === policy.namespace &&
      selects(policy.podSelector, party.labels ?? {}),
  )

/**
 * The rules of NetworkPolicy (https://kubernetes.io/docs/concepts/services-networking/network-policies/): what is not selected may do
 * everything; what is selected may do what any policy allows; both ends must allow it.
 */
export function reachability(objects: KubeObject[]) {
  const policies: Policy[] = objects
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec, metadata }) => ({ ...policySpec.parse(spec), namespace: metadata.namespace ?? '' }))
  return (from: Party, to: Party, number: number, protocol: 'TCP' | 'UDP' = 'TCP'): boolean => {
    const leaving = selecting(policies, from, 'Egress')
    const mayLeave = leaving.some((policy) =>
      policy.egress.some(
        (rule) => (rule.to?.some((each) => means(each, policy, to)) ?? true) && opens(rule.ports, number, protocol),
      ),
    )
    const arriving = selecting(policies, to, 'Ingress')
    const mayArrive = arriving.some((policy) =>
      policy.ingress.some(
        (rule) => (rule.from?.some((each) => means(each, policy, from)) ?? true) && opens(rule.ports, number, protocol),
      ),
    )
    return (leaving.length === 0 || mayLeave) && (arriving.length === 0 || mayArrive)
  }
}
