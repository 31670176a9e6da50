/**
 * Keys by which the API server tells the items of a list apart, by the name of the list: `x-kubernetes-list-map-keys` of the Kubernetes
 * 1.35 OpenAPI document. A list that is not named here is owned and replaced as a whole.
 */
const keys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  env: ['name'],
  secrets: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  ownerReferences: ['uid'],
  conditions: ['type'],
}

/** Lists of plain values whose items have owners of their own. */
const sets = new Set(['finalizers'])

/** Ports are told apart by other keys in a container than in a Service. */
const containerPort = ['containerPort', 'protocol']
const servicePort = ['port', 'protocol']

/** The keys of a list's items; `set` for plain values with owners; undefined when it is one value. */
export function listKeys(name: string, items: readonly unknown[]): readonly string[] | 'set' | undefined {
  if (sets.has(name)) return 'set'
  const wanted = name === 'ports' ? portKeys(items[0]) : keys[name]
  const [first = ''] = wanted ?? []
  const isKeyed = items.every((item) => typeof item === 'object' && item !== null && first in item)
  return wanted !== undefined && isKeyed ? wanted : undefined
}

function portKeys(item: unknown): readonly string[] | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  if ('containerPort' in item) return containerPort
  // The ports of a NetworkPolicy have a protocol and a port too, and are one list without keys.
  return 'name' in item || 'targetPort' in item || 'nodePort' in item ? servicePort : undefined
}

/** What the server fills in where a key is absent. */
export const keyDefaults: Readonly<Record<string, string>> = { protocol: 'TCP' }
