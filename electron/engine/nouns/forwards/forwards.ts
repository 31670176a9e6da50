import { randomUUID } from 'node:crypto'
import type { Scope } from '#shared/contract/base.ts'
import type { Forward } from '#shared/contract/forwards.ts'
import { ConsoleError } from '#shared/errors.ts'
import { Broadcast } from '../../flow/broadcast.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import { getObject, portForward, type PortForward } from '../../kube/index.ts'

interface Open {
  forward: PortForward
  row: Forward
}

/** The port-forwards of this console: they live until they are closed or the engine stops. */
export class Forwards {
  readonly #directory: ClusterDirectory
  readonly #open = new Map<string, Open>()
  readonly #changes = new Broadcast<Forward[]>()

  constructor({ directory }: { directory: ClusterDirectory }) {
    this.#directory = directory
  }

  list(): Forward[] {
    return [...this.#open.values()].map(({ row }) => row)
  }

  async *watch(signal?: AbortSignal): AsyncGenerator<Forward[]> {
    for await (const lists of this.#changes.batches([this.list()], () => 'all', signal)) yield lists.at(-1) ?? []
  }

  /** @throws NOT_FOUND when there is no such pod; BUSY when the local port is taken */
  async open(wanted: Scope & { pod: string; port: number; localPort: number }): Promise<Forward> {
    const { context: cluster, namespace, pod, port, localPort } = wanted
    const connection = await this.#directory.connection(cluster)
    // Connections are made when they are needed: without this a wrong name would only show then.
    await getObject(connection, { apiVersion: 'v1', kind: 'Pod', namespace, name: pod })
    const id = randomUUID()
    const forward = await portForward(connection, {
      namespace,
      pod,
      port,
      localPort,
      onChange: () => this.#refresh(id),
    })
    const row: Forward = { id, cluster, namespace, pod, port, localPort: forward.localPort, state: 'open', detail: '' }
    this.#open.set(id, { forward, row })
    this.#changes.emit(this.list())
    return row
  }

  async close(id: string): Promise<void> {
    const open = this.#open.get(id)
    if (!open) throw new ConsoleError('NOT_FOUND', 'This port-forward is already closed.')
    this.#open.delete(id)
    await open.forward.close()
    this.#changes.emit(this.list())
  }

  async stop(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map(({ forward }) => forward.close()))
  }

  #refresh(id: string): void {
    const open = this.#open.get(id)
    if (!open) return
    const error = open.forward.lastError
    const isGone = error?.code === 'NOT_FOUND' || error?.code === 'FORBIDDEN'
    const state = error ? (isGone ? 'failed' : 'reconnecting') : 'open'
    open.row = { ...open.row, state, detail: error?.message ?? '' }
    this.#changes.emit(this.list())
  }
}
