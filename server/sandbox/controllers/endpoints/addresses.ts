import type { Pod, Service } from '../kinds.ts'
import { isBeingDeleted } from '../objects.ts'
import { isFinished, isReady } from '../pods.ts'

type EndpointPort = { name?: string; port: number; protocol: string; appProtocol?: string }

export interface Address {
  pod: Pod
  ip: string
  ready: boolean
  serving: boolean
  terminating: boolean
}

/** Pods that resolve the Service's ports to the same numbers; named target ports may differ from pod to pod. */
export interface PortGroup {
  ports: EndpointPort[]
  addresses: Address[]
}

type ServicePort = NonNullable<Service['spec']['ports']>[number]

function targetNumber(port: ServicePort, pod: Pod): number | undefined {
  const target = port.targetPort ?? port.port
  if (typeof target === 'number') return target
  const named = pod.spec.containers
    .flatMap((container) => container.ports ?? [])
    .find((each) => each.name === target && (each.protocol ?? 'TCP') === (port.protocol ?? 'TCP'))
  // A number may also have been written as text.
  return named?.containerPort ?? (/^\d+$/.test(target) ? Number(target) : undefined)
}

function portsFor(service: Service, pod: Pod): EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetNumber(port, pod)
    if (number === undefined) return []
    return [
      {
        ...(port.name === undefined ? { name: '' } : { name: port.name }),
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      },
    ]
  })
}

function addressOf(service: Service, pod: Pod): Address | undefined {
  const ip = pod.status?.podIP
  if (ip === undefined || isFinished(pod)) return undefined
  const serving = isReady(pod)
  const terminating = isBeingDeleted(pod)
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating)
  return { pod, ip, ready, serving, terminating }
}

/** The addresses behind a Service, grouped by the ports they answer on. */
export function portGroups(service: Service, pods: Pod[]): PortGroup[] {
  const groups = new Map<string, PortGroup>()
  for (const pod of pods) {
    const address = addressOf(service, pod)
    if (address === undefined) continue
    const ports = portsFor(service, pod)
    const key = JSON.stringify(ports)
    const group = groups.get(key) ?? { ports, addresses: [] }
    group.addresses.push(address)
    groups.set(key, group)
  }
  return [...groups.values()]
}
