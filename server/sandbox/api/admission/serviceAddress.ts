import type { V1Service } from '../schema/models.ts'
import { resourceRow } from '../../store/resources.ts'
import type { KubeObject, Store } from '../../store/types.ts'
import { fieldCause, invalid } from '../errors.ts'
import type { AllocateClusterIp } from '../podEndpoints.ts'

const services = resourceRow('services')
const firstNodePort = 30_000
const lastNodePort = 32_767

function assignNodePorts(store: Store, object: KubeObject): void {
  const { spec, metadata } = object as unknown as V1Service
  if (spec?.type !== 'NodePort' && spec?.type !== 'LoadBalancer') return
  const others = store.list('services').filter((each) => each.metadata.uid !== metadata?.uid) as unknown as V1Service[]
  const taken = new Set(others.flatMap((each) => each.spec?.ports?.map((port) => port.nodePort) ?? []))
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (port.nodePort !== undefined && port.nodePort !== 0) {
      if (!taken.has(port.nodePort)) continue
      const cause = fieldCause('FieldValueInvalid', `spec.ports[${index}].nodePort`, port.nodePort, 'provided port is already allocated') // prettier-ignore
      throw invalid(services, object.metadata.name, [cause])
    }
    let free = firstNodePort
    while (taken.has(free) && free < lastNodePort) free += 1
    port.nodePort = free
    taken.add(free)
  }
}

/** Gives a Service its cluster address and node ports; an update that names none keeps what there is. */
export function assignServiceAddress(
  store: Store,
  object: KubeObject,
  before: KubeObject | undefined,
  allocate: AllocateClusterIp,
): void {
  const { spec } = object as unknown as V1Service
  if (spec === undefined) return
  const old = (before as unknown as V1Service | undefined)?.spec
  if (spec.type === 'ExternalName') {
    delete spec.clusterIP
    delete spec.clusterIPs
    return
  }
  if (spec.clusterIP === undefined || spec.clusterIP === '') {
    if (old?.clusterIP !== undefined) spec.clusterIP = old.clusterIP
    else delete spec.clusterIP
  }
  if ((spec.clusterIP !== 'None' && spec.clusterIP !== old?.clusterIP) || spec.clusterIP === undefined) {
    // prettier-ignore
    // An update may not change an address: validation says so.
    if (old?.clusterIP === undefined) spec.clusterIP = allocate(addressesInUse(store), spec.clusterIP)
  }
  spec.clusterIPs = [spec.clusterIP ?? '']
  for (const port of spec.ports ?? []) {
    const same = old?.ports?.find((each) => each.port === port.port && each.protocol === port.protocol)
    if (same?.nodePort !== undefined && spec.type !== 'ClusterIP') port.nodePort ??= same.nodePort
    if (spec.type === 'ClusterIP') delete port.nodePort
  }
  assignNodePorts(store, object)
}

function addressesInUse(store: Store): Set<string> {
  const services = store.list('services') as unknown as V1Service[]
  return new Set(services.flatMap((each) => each.spec?.clusterIPs ?? []))
}
