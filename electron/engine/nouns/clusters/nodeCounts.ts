import { listObjects, parseQuantity, readTable, type ClusterConnection, type KubeObject } from '../../kube/index.ts'

export interface Nodes {
  ready: number
  total: number
  /** Of all nodes: cores, and bytes of memory. */
  allocatable: { cpu: number; memory: number }
}

interface Known {
  names: string
  at: number
  allocatable: Nodes['allocatable']
}

/** What nodes can give changes rarely, and a node is 10 kB: it is read again when nodes come or go, or after this. Milliseconds. */
const kept = 600_000
const known = new WeakMap<ClusterConnection, Known>()

/** Nodes counted by the server's own table; whole nodes are read only for what they can give. */
export async function readNodes(connection: ClusterConnection, signal: AbortSignal): Promise<Nodes> {
  const answer = await readTable(connection, '/api/v1/nodes', { signal })
  if (Array.isArray(answer)) return ofObjects(answer)
  const { columns, rows } = answer
  const [name, status] = [columns.indexOf('Name'), columns.indexOf('Status')]
  // `Ready,SchedulingDisabled` is ready too.
  const ready = rows.filter((cells) => String(cells[status]).split(',')[0] === 'Ready').length
  const names = rows.map((cells) => String(cells[name])).join(' ')
  return { ready, total: rows.length, allocatable: await allocatableOf(connection, names, signal) }
}

async function allocatableOf(connection: ClusterConnection, names: string, signal: AbortSignal) {
  const now = connection.clock.now()
  const before = known.get(connection)
  if (before && before.names === names && now - before.at < kept) return before.allocatable
  const { allocatable } = ofObjects(await listObjects(connection, { apiVersion: 'v1', kind: 'Node' }, { signal }))
  known.set(connection, { names, at: now, allocatable })
  return allocatable
}

function ofObjects(nodes: readonly KubeObject[]): Nodes {
  const sum = (resource: 'cpu' | 'memory') =>
    nodes.reduce((total, { status }) => {
      const given = (status?.['allocatable'] ?? {}) as Record<string, string | null>
      return total + parseQuantity(given[resource] ?? '0')
    }, 0)
  const ready = nodes.filter(({ status }) => {
    const conditions = (status?.['conditions'] ?? []) as { type: string; status: string }[]
    return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True')
  })
  return { ready: ready.length, total: nodes.length, allocatable: { cpu: sum('cpu'), memory: sum('memory') } }
}
