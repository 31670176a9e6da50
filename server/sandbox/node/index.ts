import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeUsage, PodEndpoints, PodUsage } from '../api/podEndpoints.ts'
import type { Component, KubeObject, RecordEvent, Store, StoreEvent } from '../store/types.ts'
import { LoopbackAddresses } from './addresses.ts'
import { type NodeContext, type NodeTiming, kubeletTiming } from './context.ts'
import { createNodeDirectories, nodeDirectories } from './directories.ts'
import { type HostPrograms, findHostPrograms } from './images/hostPrograms.ts'
import type { Pod } from './kinds.ts'
import { ContainerLog, type LogLimits, defaultLogLimits } from './logs/containerLog.ts'
import { NameServer } from './names.ts'
import { PodSubresources } from './podEndpoints.ts'
import { PodWorker, isOurs } from './pods/podWorker.ts'
import { ProcessRecord } from './processes/processRecord.ts'
import type { ProcessLauncher } from './processes/types.ts'
import { beat, machineCapacity, markNotReady, registerNode } from './registration.ts'
import { ServiceProxy } from './serviceProxy.ts'
import { UsageMonitor } from './usage/usageMonitor.ts'

export { LoopbackAddresses } from './addresses.ts'
export { nodeName } from './context.ts'
export { removeNodeState } from './directories.ts'

export interface NodeOptions {
  store: Store
  recordEvent: RecordEvent
  /** Where the sandbox keeps its state. */
  stateDirectory: string
  /** How processes are started: see processes/launcher.ts. The record is of this state directory. */
  processes: (record: ProcessRecord) => ProcessLauncher
  images: {
    /** The suite's bundle, `out/server/suite.js`. */
    suiteModule: string
    /** The bundled podBootstrap; without it Node pods do not know the cluster's names. */
    podBootstrap?: string
    /** Corrects what was found on this machine; for tests of what is missing. */
    programs?: () => Partial<HostPrograms>
  }
  /** The same addresses give `allocateClusterIp` to the API server. */
  addresses?: LoopbackAddresses
  timing?: Partial<NodeTiming>
  logLimits?: LogLimits
}

export interface SandboxNode extends Component, PodEndpoints {
  /** Usage of one pod; undefined when there is no sample yet. */
  usage(namespace: string, podName: string): PodUsage | undefined
  /** Cuts every exec, attach and port-forward; the API server cannot close while one is open. */
  endSessions(): void
}

/** The one node of the sandbox: its pods are processes of this machine. */
export function createNode(options: NodeOptions): SandboxNode {
  return new LocalNode(options)
}

class LocalNode implements SandboxNode {
  readonly #context: NodeContext
  readonly #options: NodeOptions
  readonly #record: ProcessRecord
  readonly #names: NameServer
  readonly #proxy: ServiceProxy
  readonly #usage: UsageMonitor
  readonly #subresources: PodSubresources
  readonly #workers = new Map<string, PodWorker>()
  readonly #logs = new Map<string, ContainerLog>()
  #unsubscribe: (() => void)[] = []
  #heartbeat: NodeJS.Timeout | undefined
  #removals = new Set<Promise<void>>()

  constructor(options: NodeOptions) {
    this.#options = options
    const directories = nodeDirectories(options.stateDirectory)
    createNodeDirectories(options.stateDirectory, directories)
    this.#record = new ProcessRecord(directories.processRecord)
    this.#names = new NameServer(options.store)
    const launcher = options.processes(this.#record)
    let programs: HostPrograms | undefined
    this.#context = {
      store: options.store,
      recordEvent: options.recordEvent,
      launcher,
      directories,
      addresses: options.addresses ?? new LoopbackAddresses(options.stateDirectory),
      capacity: machineCapacity(),
      programs: (request) => {
        if (request?.refresh === true) programs = undefined
        programs ??= {
          ...findHostPrograms(options.images.suiteModule, launcher.nodeExecutable),
          ...options.images.programs?.(),
        }
        return programs
      },
      podBootstrap: options.images.podBootstrap,
      resolver: () => this.#names.address,
      logOf: (uid, container) => this.#logOf(uid, container),
      timing: { ...kubeletTiming, ...options.timing },
    }
    this.#proxy = new ServiceProxy(options.store, options.recordEvent)
    this.#usage = new UsageMonitor(this.#context, () => [...this.#workers.values()])
    this.#subresources = new PodSubresources(this.#context, (namespace, name) => this.#find(namespace, name))
  }

  readonly log: PodEndpoints['log'] = (...args) => this.#subresources.log(...args)
  readonly exec: PodEndpoints['exec'] = (...args) => this.#subresources.exec(...args)
  readonly attach: PodEndpoints['attach'] = (...args) => this.#subresources.attach(...args)
  readonly portforward: PodEndpoints['portforward'] = (...args) => this.#subresources.portforward(...args)

  async start(): Promise<void> {
    const { store, timing } = this.#context
    await this.#record.endLeftovers()
    await this.#names.start()
    this.#proxy.start()
    registerNode(this.#context)
    beat(this.#context)
    this.#heartbeat = setInterval(() => beat(this.#context), timing.heartbeat)
    const refresh = (event: StoreEvent): void => this.#refreshVolumes(event.object)
    this.#unsubscribe = [
      store.watch<Pod>('pods', (event) => this.#onPod(event)),
      store.watch('configmaps', refresh),
      store.watch('secrets', refresh),
      store.watch('persistentvolumes', (event) => this.#onVolume(event)),
    ]
    for (const pod of store.list<Pod>('pods')) this.#sync(pod)
    this.#usage.start()
  }

  async stop(): Promise<void> {
    clearInterval(this.#heartbeat)
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    await this.#usage.stop()
    // Databases close their files within this time; the pods are started again by the next sandbox.
    await Promise.all([...this.#workers.values()].map((worker) => worker.shutDown(5)))
    await Promise.all(this.#removals)
    await this.#proxy.stop()
    await this.#names.stop()
    await this.#context.launcher.close()
    markNotReady(this.#context)
  }

  endSessions(): void {
    this.#subresources.endSessions()
  }

  podUsage(): PodUsage[] | undefined {
    return this.#usage.podUsage()
  }

  nodeUsage(): NodeUsage[] | undefined {
    return this.#usage.nodeUsage()
  }

  usage(namespace: string, podName: string): PodUsage | undefined {
    const worker = this.#find(namespace, podName)
    return worker && this.#usage.usageOf(worker)
  }

  #onPod(event: StoreEvent<Pod>): void {
    if (event.type !== 'DELETED') {
      this.#sync(event.object)
      return
    }
    const { uid } = event.object.metadata
    const worker = this.#workers.get(uid)
    this.#workers.delete(uid)
    for (const key of this.#logs.keys()) if (key.startsWith(`${uid}/`)) this.#logs.delete(key)
    if (worker === undefined) return
    const removal = worker.remove()
    this.#removals.add(removal)
    void removal.finally(() => this.#removals.delete(removal))
  }

  #sync(pod: Pod): void {
    if (!isOurs(pod)) return
    const known = this.#workers.get(pod.metadata.uid)
    if (known !== undefined) {
      known.update(pod)
      return
    }
    const worker = new PodWorker(this.#context, pod)
    this.#workers.set(pod.metadata.uid, worker)
    if (pod.metadata.deletionTimestamp === undefined) worker.start()
    else worker.update(pod)
  }

  #refreshVolumes({ metadata }: KubeObject): void {
    for (const worker of this.#workers.values()) {
      if (worker.pod.metadata.namespace === metadata.namespace) worker.refreshVolumes()
    }
  }

  /** A volume that is deleted takes its folder along, unless its policy is to keep it. */
  #onVolume({ type, object }: StoreEvent): void {
    if (type !== 'DELETED' || object.spec?.['persistentVolumeReclaimPolicy'] === 'Retain') return
    rmSync(join(this.#context.directories.volumes, object.metadata.name), { recursive: true, force: true })
  }

  #find(namespace: string, name: string): PodWorker | undefined {
    const uid = this.#context.store.get('pods', namespace, name)?.metadata.uid
    return uid === undefined ? undefined : this.#workers.get(uid)
  }

  #logOf(uid: string, container: string): ContainerLog {
    const key = `${uid}/${container}`
    const known = this.#logs.get(key)
    if (known !== undefined) return known
    const limits = this.#options.logLimits ?? defaultLogLimits
    const log = new ContainerLog(join(this.#context.directories.logs, uid, container), limits)
    this.#logs.set(key, log)
    return log
  }
}
