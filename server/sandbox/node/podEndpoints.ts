import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { ApiError, badRequest } from '../api/errors.ts'
import type { PodRequest } from '../api/podEndpoints.ts'
import type { NodeContext } from './context.ts'
import type { ContainerStatus, Pod } from './kinds.ts'
import { parseLogQuery, writeLog } from './logs/logEndpoint.ts'
import type { ContainerProcess } from './pods/containerProcess.ts'
import type { PodWorker } from './pods/podWorker.ts'
import { attachTo, openChannels, runCommand } from './streams/command.ts'
import { parseCommandRequest } from './streams/commandChannels.ts'
import { forwardPorts } from './streams/portForward.ts'
import { type Upgrade, refuse } from './streams/upgrade.ts'

/** The pod's subresources log, exec, attach and portforward. */
export class PodSubresources {
  readonly #context: NodeContext
  readonly #sessions = new Set<Duplex>()
  readonly #worker: (namespace: string, name: string) => PodWorker | undefined

  constructor(context: NodeContext, worker: (namespace: string, name: string) => PodWorker | undefined) {
    this.#context = context
    this.#worker = worker
  }

  async log(request: IncomingMessage, response: ServerResponse, about: PodRequest): Promise<void> {
    const query = parseLogQuery(about.query)
    const pod = this.#worker(about.namespace, about.name)?.pod ?? (about.pod as Pod)
    const container = containerName(pod, about)
    const instance = this.#instance(pod, container, query.previous)
    await writeLog(this.#context.logOf(pod.metadata.uid, container), instance, query, request, response)
  }

  exec(request: IncomingMessage, socket: Duplex, head: Buffer, about: PodRequest): void {
    this.#answer({ request, socket, head }, async (upgrade) => {
      const container = this.#running(about)
      const command = parseCommandRequest(about.query)
      if (command.command[0] === undefined) throw badRequest('you must specify at least one command for the container')
      const channels = await openChannels(upgrade, command)
      if (channels !== undefined) await runCommand(this.#context, container, command, channels)
    })
  }

  attach(request: IncomingMessage, socket: Duplex, head: Buffer, about: PodRequest): void {
    this.#answer({ request, socket, head }, async (upgrade) => {
      const container = this.#running(about)
      const channels = await openChannels(upgrade, parseCommandRequest(about.query))
      if (channels !== undefined) await attachTo(container, channels)
    })
  }

  portforward(request: IncomingMessage, socket: Duplex, head: Buffer, about: PodRequest): void {
    this.#answer({ request, socket, head }, async (upgrade) => {
      const address = this.#worker(about.namespace, about.name)?.address
      if (address === undefined) throw badRequest(`pod ${about.name} is not running: it has no address to forward to`)
      await forwardPorts(upgrade, address, about.query)
    })
  }

  /** Cuts every exec, attach and port-forward: a server does not close while one of its upgraded sockets is open. */
  endSessions(): void {
    for (const socket of this.#sessions) socket.destroy()
  }

  /** Errors before the upgrade become a Status, later ones end the connection. */
  #answer(about: Upgrade, handle: (about: Upgrade) => Promise<void>): void {
    // A client that resets the connection is no event of ours; without a listener it would end the process.
    about.socket.on('error', () => undefined)
    this.#sessions.add(about.socket)
    about.socket.once('close', () => this.#sessions.delete(about.socket))
    handle(about).catch((thrown: unknown) => {
      if (thrown instanceof ApiError) refuse(about.socket, thrown)
      else about.socket.destroy()
    })
  }

  #running(about: PodRequest): ContainerProcess {
    const worker = this.#worker(about.namespace, about.name)
    const name = containerName(worker?.pod ?? (about.pod as Pod), about)
    const running = worker?.find(name)?.process
    if (running?.current !== undefined) return running
    throw new ApiError(400, 'BadRequest', `container ${name} in pod ${about.name} is not running`)
  }

  /** Which run's log is meant: the current, or the one before it. */
  #instance(pod: Pod, container: string, previous: boolean): number {
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
    const status = statuses.find(({ name }) => name === container)
    const worker = this.#worker(pod.metadata.namespace ?? '', pod.metadata.name)?.find(container)
    const instance = worker?.instance ?? -1
    const place = `container "${container}" in pod "${pod.metadata.name}"`
    if (previous) {
      const earlier = endedRun(status, instance)
      if (earlier < 0) throw badRequest(`previous terminated ${place} not found`)
      return earlier
    }
    if (instance >= 0) return instance
    throw badRequest(`${place} is waiting to start: ${status?.state.waiting?.reason ?? 'ContainerCreating'}`)
  }
}

/** While a container waits for its restart, the run that ended last is the previous one. */
function endedRun(status: ContainerStatus | undefined, instance: number): number {
  if (status?.lastState.terminated === undefined) return -1
  return status.state.waiting === undefined ? instance - 1 : instance
}

function containerName(pod: Pod, about: PodRequest): string {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(({ name }) => name)
  const wanted = about.query.get('container') ?? ''
  const [only, ...others] = pod.spec.containers
  if (wanted === '' && only !== undefined && others.length === 0) return only.name
  if (wanted === '') {
    const choice = `choose one of: [${pod.spec.containers.map(({ name }) => name).join(' ')}]`
    throw badRequest(`a container name must be specified for pod ${about.name}, ${choice}`)
  }
  if (!all.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${about.name}`)
  return wanted
}
