import { arch, cpus, hostname, release, totalmem, type } from 'node:os'
import type { KubeObject } from '../store/types.ts'
import { type NodeContext, nodeName } from './context.ts'

/** The Kubernetes version whose kubelet this node behaves like. */
const kubeletVersion = 'v1.35.2'
const leaseSeconds = 40

/** Cores and bytes of this machine, by resource name. */
export function machineCapacity(): Record<string, number> {
  return { cpu: cpus().length, memory: totalmem(), 'ephemeral-storage': 100 * 2 ** 30, pods: 110 }
}

/** Creates the node's object or brings it up to date. */
export function registerNode({ store, capacity, addresses }: NodeContext): void {
  const labels = {
    'kubernetes.io/hostname': nodeName,
    'kubernetes.io/os': process.platform === 'win32' ? 'windows' : process.platform,
    'kubernetes.io/arch': architecture(),
  }
  if (store.get('nodes', undefined, nodeName) === undefined) {
    store.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, labels }, spec: {} })
  }
  const amounts = quantities(capacity)
  store.update(
    'nodes',
    undefined,
    nodeName,
    (node) => {
      node.status = {
        ...node.status,
        capacity: amounts,
        allocatable: amounts,
        conditions: conditions(node, true),
        addresses: [
          { type: 'InternalIP', address: '127.0.0.1' },
          { type: 'Hostname', address: nodeName },
        ],
        nodeInfo: nodeInfo(addresses.isShared),
      }
    },
    { subresource: 'status' },
  )
}

/** Renews the lease and the conditions' heartbeat. */
export function beat({ store, timing }: NodeContext): void {
  const renewTime = new Date().toISOString().replace('Z', '000Z')
  const spec = { holderIdentity: nodeName, leaseDurationSeconds: leaseSeconds, renewTime }
  const leases = 'leases.coordination.k8s.io'
  const metadata = { name: nodeName, namespace: 'kube-node-lease' }
  const renew = (lease: KubeObject): void => void (lease.spec = { ...lease.spec, ...spec })
  if (store.update(leases, metadata.namespace, nodeName, renew) === undefined) {
    store.create(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec })
  }
  const node = store.get('nodes', undefined, nodeName)
  // As the kubelet: the lease is the heartbeat; the node's own is written every five minutes.
  if (node === undefined || Date.now() - lastHeartbeat(node) < Math.max(300_000, timing.heartbeat)) return
  store.update(
    'nodes',
    undefined,
    nodeName,
    (object) => {
      object.status = { ...object.status, conditions: conditions(object, true) }
    },
    { subresource: 'status' },
  )
}

export function markNotReady({ store }: NodeContext): void {
  store.update(
    'nodes',
    undefined,
    nodeName,
    (node) => {
      node.status = { ...node.status, conditions: conditions(node, false) }
    },
    { subresource: 'status' },
  )
}

interface NodeCondition {
  type: string
  status: string
  lastHeartbeatTime: string
  lastTransitionTime: string
  reason: string
  message: string
}

function conditions(node: KubeObject, isReady: boolean): NodeCondition[] {
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const before = storedConditions(node)
  const pressure = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => {
    const resource = { MemoryPressure: 'Memory', DiskPressure: 'Disk', PIDPressure: 'PID' }[type] ?? ''
    return { type, status: 'False', reason: `KubeletHasSufficient${resource}`, message: 'kubelet has no pressure' }
  })
  const ready = isReady
    ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
    : { type: 'Ready', status: 'False', reason: 'KubeletStopped', message: 'the sandbox was stopped' }
  return [...pressure, ready].map((condition) => {
    const previous = before.find(({ type }) => type === condition.type)
    const lastTransitionTime = previous?.status === condition.status ? previous.lastTransitionTime : time
    return { ...condition, lastHeartbeatTime: time, lastTransitionTime }
  })
}

function storedConditions(node: KubeObject): NodeCondition[] {
  const stored = node.status?.['conditions']
  return Array.isArray(stored) ? (stored as NodeCondition[]) : []
}

function lastHeartbeat(node: KubeObject): number {
  return Date.parse(storedConditions(node).at(-1)?.lastHeartbeatTime ?? '1970-01-01T00:00:00Z')
}

function quantities(capacity: Record<string, number>): Record<string, string> {
  const bytes = new Set(['memory', 'ephemeral-storage'])
  return Object.fromEntries(
    Object.entries(capacity).map(([name, amount]) => [
      name,
      bytes.has(name) ? `${Math.floor(amount / 1024)}Ki` : String(amount),
    ]),
  )
}

function nodeInfo(isShared: boolean): Record<string, string> {
  return {
    architecture: architecture(),
    operatingSystem: process.platform,
    osImage: `local processes of ${hostname()}${isShared ? ' (all pods share 127.0.0.1)' : ''}`,
    kernelVersion: `${type()} ${release()}`,
    containerRuntimeVersion: 'process://1.0',
    kubeletVersion,
    kubeProxyVersion: kubeletVersion,
    machineID: '',
    systemUUID: '',
    bootID: '',
  }
}

const architecture = (): string => ({ x64: 'amd64', ia32: '386' })[arch()] ?? arch()
