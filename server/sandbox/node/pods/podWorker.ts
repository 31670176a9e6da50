import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeContext } from '../context.ts'
import { nodeName } from '../context.ts'
import { makeOwnFolder } from '../directories.ts'
import { findImage } from '../images/index.ts'
import type { Container, ContainerStatus, Pod } from '../kinds.ts'
import { orAborted, pause } from '../pause.ts'
import { MountError, prepareVolume } from '../volumes.ts'
import { type ContainerHost, ContainerWorker, type RestartPolicy } from './containerWorker.ts'
import { socketFolder } from './containerSetup.ts'
import { podStatus } from './podStatus.ts'

/** The life of one pod on this node, from its binding to its end. */
export class PodWorker {
  readonly containers: ContainerWorker[]
  readonly #initContainers: ContainerWorker[]
  readonly #context: NodeContext
  readonly #ending = new AbortController()
  readonly #directory: string
  readonly #startTime: string
  #pod: Pod
  #address: string | undefined
  #volumePaths = new Map<string, string>()
  #isInitialized = false
  #isCleanedUp = false
  #isShutDown = false
  #failure: { reason: string; message: string } | undefined
  #running: Promise<void> = Promise.resolve()
  #deletion: Promise<void> | undefined

  constructor(context: NodeContext, pod: Pod) {
    this.#context = context
    this.#pod = pod
    this.#startTime = pod.status?.startTime ?? now()
    this.#directory = join(context.directories.pods, pod.metadata.uid)
    const host = this.#host()
    const { initContainers = [], containers } = pod.spec
    const before = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
    const waitingFor = initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating'
    const worker = (container: Container): ContainerWorker =>
      new ContainerWorker(
        host,
        container,
        before.find(({ name }) => name === container.name),
        waitingFor,
      )
    this.#initContainers = initContainers.map(worker)
    this.containers = containers.map(worker)
  }

  get pod(): Pod {
    return this.#pod
  }

  get address(): string | undefined {
    return this.#address
  }

  get all(): ContainerWorker[] {
    return [...this.#initContainers, ...this.containers]
  }

  find(container: string): ContainerWorker | undefined {
    return this.all.find((worker) => worker.container.name === container)
  }

  start(): void {
    if (this.#isFinished()) return
    this.#running = this.#run().catch((thrown: unknown) => {
      const message = thrown instanceof Error ? thrown.message : String(thrown)
      this.#event('Warning', 'FailedSync', `error syncing pod: ${message}`)
    })
  }

  /** The pod has changed in the store. News come a turn later than what this worker wrote itself. */
  update(pod: Pod): void {
    if (Number(pod.metadata.resourceVersion) > Number(this.#pod.metadata.resourceVersion)) this.#pod = pod
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#deletion ??= this.#delete()
      return
    }
    for (const { name, image } of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
      const worker = this.find(name)
      if (worker !== undefined && worker.container.image !== image) worker.changeImage(image)
    }
  }

  /** A ConfigMap or Secret has changed: files of mounted volumes follow. */
  refreshVolumes(): void {
    if (this.#volumePaths.size === 0 || this.#ending.signal.aborted) return
    try {
      this.#prepareVolumes()
    } catch (thrown) {
      if (!(thrown instanceof MountError)) throw thrown
      // What was mounted stays as it is until the object is back, as in a kubelet.
    }
  }

  /** Ends the processes; in the store the pod keeps running and is taken up again by the next sandbox. */
  async shutDown(graceSeconds: number): Promise<void> {
    this.#isShutDown = true
    this.#ending.abort()
    await Promise.all(this.all.map((worker) => worker.stop(graceSeconds, 'Stopping with the sandbox')))
    await this.#running
    await this.#deletion
  }

  /** The pod is gone from the store (force deletion): nothing may remain. */
  async remove(): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.all.map((worker) => worker.stop(0, 'Stopping container')))
    await this.#running
    this.#cleanUp()
  }

  async #run(): Promise<void> {
    const { spec, status } = this.#pod
    this.#address = this.#context.addresses.takePodAddress(status?.podIP)
    makeOwnFolder(join(this.#directory, 'containers'), this.#owner())
    this.#publish()
    if (spec.activeDeadlineSeconds !== undefined) void this.#watchDeadline(spec.activeDeadlineSeconds)
    await this.#mount()
    await this.#initialize()
    if (this.#ending.signal.aborted || !this.#isInitialized) return
    const policy: RestartPolicy = spec.restartPolicy ?? 'Always'
    const pending = this.containers.filter((worker) => !isDone(worker.hasEnded?.exitCode, policy))
    await Promise.all(pending.map((worker) => worker.run(policy)))
    if (this.#ending.signal.aborted) return
    await Promise.all(
      this.#sidecars().map((worker) => worker.stop(this.#grace(), `Stopping container ${worker.container.name}`)),
    )
    this.#publish()
  }

  /** Tries until every volume is there, as the kubelet does. */
  async #mount(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      try {
        this.#prepareVolumes()
        return
      } catch (thrown) {
        const message = thrown instanceof Error ? thrown.message : String(thrown)
        this.#event('Warning', 'FailedMount', message)
        await pause(this.#context.timing.retry, this.#ending.signal)
      }
    }
  }

  #prepareVolumes(): void {
    const { store, directories, capacity } = this.#context
    const paths = new Map<string, string>()
    for (const volume of this.#pod.spec.volumes ?? []) {
      const place = { podDirectory: this.#directory, volumes: directories.volumes, owner: this.#owner() }
      paths.set(volume.name, prepareVolume({ store, pod: this.#pod, volume, capacity, ...place }))
    }
    this.#volumePaths = paths
  }

  /** The user of the first image that may not run as root owns the pod's folders. */
  #owner() {
    const programs = this.#context.programs()
    const users = this.#pod.spec.containers.map(({ image }) => findImage(image)?.user?.(programs))
    return users.find((user) => user !== undefined)
  }

  async #initialize(): Promise<void> {
    const policy = this.#pod.spec.restartPolicy === 'Never' ? 'Never' : 'OnFailure'
    for (const worker of this.#initContainers) {
      if (this.#ending.signal.aborted) return
      if (worker.container.restartPolicy === 'Always') await this.#startSidecar(worker)
      else {
        await worker.run(policy)
        if (worker.hasEnded?.exitCode !== 0) {
          this.#publish()
          return
        }
      }
    }
    this.#isInitialized = true
    this.#publish()
  }

  async #startSidecar(worker: ContainerWorker): Promise<void> {
    void worker.run('Always')
    while (!worker.isStarted && !this.#ending.signal.aborted) await pause(100, this.#ending.signal)
  }

  #sidecars(): ContainerWorker[] {
    return this.#initContainers.filter((worker) => worker.container.restartPolicy === 'Always')
  }

  async #watchDeadline(seconds: number): Promise<void> {
    const since = Date.parse(this.#pod.status?.startTime ?? new Date().toISOString())
    await pause(Math.max(0, since + seconds * 1000 - Date.now()), this.#ending.signal)
    if (this.#ending.signal.aborted || this.#isFinished()) return
    this.#failure = {
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    }
    this.#event('Normal', 'DeadlineExceeded', this.#failure.message)
    this.#ending.abort()
    await this.#stopAll(this.#grace())
    this.#publish()
  }

  async #delete(): Promise<void> {
    const grace = this.#pod.metadata.deletionGracePeriodSeconds ?? this.#grace()
    this.#ending.abort()
    await this.#stopAll(grace)
    await orAborted(this.#running, AbortSignal.timeout(30_000))
    this.#publish()
    this.#cleanUp()
    const { namespace, name, uid } = this.#pod.metadata
    if (this.#context.store.get('pods', namespace, name)?.metadata.uid !== uid) return
    this.#context.store.delete('pods', namespace, name, { gracePeriodSeconds: 0 })
  }

  async #stopAll(graceSeconds: number): Promise<void> {
    const message = (worker: ContainerWorker): string => `Stopping container ${worker.container.name}`
    await Promise.all(this.containers.map((worker) => worker.stop(graceSeconds, message(worker))))
    await Promise.all(this.#initContainers.map((worker) => worker.stop(graceSeconds, message(worker))))
  }

  #cleanUp(): void {
    if (this.#isCleanedUp) return
    this.#isCleanedUp = true
    if (this.#address !== undefined) this.#context.addresses.releasePodAddress(this.#address)
    rmSync(this.#directory, { recursive: true, force: true })
    for (const { container } of this.all) {
      rmSync(socketFolder(this.#context, this.#pod, container), { recursive: true, force: true })
    }
    rmSync(join(this.#context.directories.logs, this.#pod.metadata.uid), { recursive: true, force: true })
  }

  #host(): ContainerHost {
    return {
      context: this.#context,
      pod: () => this.#pod,
      podDirectory: this.#directory,
      podAddress: () => this.#address ?? '127.0.0.1',
      volumePaths: () => this.#volumePaths,
      ending: this.#ending.signal,
      changed: () => this.#publish(),
      event: (type, reason, message) => this.#event(type, reason, message),
    }
  }

  #publish(): void {
    if (this.#isShutDown) return
    const status = (worker: ContainerWorker): ContainerStatus => worker.status()
    const facts = {
      podAddress: this.#address,
      startTime: this.#startTime,
      init: this.#initContainers.map((worker) => initStatus(worker)),
      sidecars: new Set(this.#sidecars().map((worker) => worker.container.name)),
      main: this.containers.map(status),
      isInitialized: this.#isInitialized,
      failure: this.#failure,
    }
    const { namespace, name, uid } = this.#pod.metadata
    const change = (pod: Pod): void => {
      if (pod.metadata.uid === uid) pod.status = podStatus(pod, facts, now())
    }
    const updated = this.#context.store.update<Pod>('pods', namespace, name, change, { subresource: 'status' })
    if (updated?.metadata.uid === uid) this.#pod = updated
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (this.#isShutDown) return
    this.#context.recordEvent(this.#pod, type, reason, message, 'kubelet')
  }

  #isFinished(): boolean {
    const phase = this.#pod.status?.phase
    return phase === 'Succeeded' || phase === 'Failed'
  }

  #grace(): number {
    return this.#pod.spec.terminationGracePeriodSeconds ?? 30
  }
}

export const isOurs = (pod: Pod): boolean => pod.spec.nodeName === nodeName

const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z')

function isDone(exitCode: number | undefined, policy: RestartPolicy): boolean {
  if (exitCode === undefined) return false
  return policy === 'Never' || (policy === 'OnFailure' && exitCode === 0)
}

/** An init container counts as ready once it has completed. */
function initStatus(worker: ContainerWorker): ContainerStatus {
  const status = worker.status()
  return status.state.terminated?.exitCode === 0 ? { ...status, ready: true } : status
}
