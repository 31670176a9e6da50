import type { ContainerUsage, NodeUsage, PodUsage } from '../../api/podEndpoints.ts'
import { type NodeContext, nodeName } from '../context.ts'
import type { PodWorker } from '../pods/podWorker.ts'
import { memoryOf, processTree, readProcessTable } from '../processes/processTable.ts'
import { readQuantity } from '#shared/quantity.ts'

interface Sample {
  /** Milliseconds of the monotonic clock. */
  at: number
  /** Processor seconds used since the container's start, those of ended children included. */
  cpuSeconds: number
  memoryBytes: number
}

/** Usage is the mean over this many milliseconds, as metrics-server's resolution suggests. */
const windowMilliseconds = 15_000

/** Measures the containers' processes and ends those that pass their memory limit. */
export class UsageMonitor {
  readonly #context: NodeContext
  readonly #workers: () => PodWorker[]
  /** By container and process: a restarted container starts over. */
  readonly #samples = new Map<string, Sample[]>()
  /** Processor time seen of each process, so that time of ended ones is not lost. */
  readonly #seen = new Map<string, Map<string, number>>()
  #timer: NodeJS.Timeout | undefined
  #measuring: Promise<void> = Promise.resolve()
  #measuredAt: Date | undefined

  constructor(context: NodeContext, workers: () => PodWorker[]) {
    this.#context = context
    this.#workers = workers
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#measuring = this.measure().then(() => {
        if (this.#timer !== undefined) this.start()
      })
    }, this.#context.timing.sample)
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#measuring
  }

  /** Usage of the pod's containers that have two samples; undefined when none has. */
  usageOf(worker: PodWorker): PodUsage | undefined {
    const containers = worker.all.flatMap((container): ContainerUsage[] => {
      const samples = this.#samples.get(keyOf(worker, container.container.name, container.process?.current?.pid)) ?? []
      const usage = rate(samples)
      return usage === undefined ? [] : [{ name: container.container.name, ...usage }]
    })
    if (containers.length === 0 || this.#measuredAt === undefined) return undefined
    const { namespace = '', name } = worker.pod.metadata
    return { namespace, name, containers, timestamp: this.#measuredAt, windowSeconds: windowMilliseconds / 1000 }
  }

  podUsage(): PodUsage[] | undefined {
    if (this.#measuredAt === undefined) return undefined
    return this.#workers().flatMap((worker) => this.usageOf(worker) ?? [])
  }

  nodeUsage(): NodeUsage[] | undefined {
    if (this.#measuredAt === undefined) return undefined
    const containers = (this.podUsage() ?? []).flatMap((pod) => pod.containers)
    const sum = (field: 'cpuMillicores' | 'memoryBytes'): number =>
      containers.reduce((total, one) => total + one[field], 0)
    const amounts = { cpuMillicores: sum('cpuMillicores'), memoryBytes: sum('memoryBytes') }
    return [{ name: nodeName, ...amounts, timestamp: this.#measuredAt, windowSeconds: windowMilliseconds / 1000 }]
  }

  /** Takes one sample of every running container. */
  async measure(): Promise<void> {
    const table = await readProcessTable()
    const alive = new Set<string>()
    for (const worker of this.#workers()) {
      for (const container of worker.all) {
        const pid = container.process?.current?.pid
        const entry = pid === undefined ? undefined : table.get(pid)
        if (pid === undefined || entry === undefined) continue
        const key = keyOf(worker, container.container.name, pid)
        alive.add(key)
        const tree = processTree(table, pid)
        const memoryBytes = await memoryOf(tree)
        const seen = this.#seen.get(key) ?? new Map<string, number>()
        for (const one of tree) seen.set(`${one.pid}/${one.startTime}`, one.cpuSeconds)
        this.#seen.set(key, seen)
        const cpuSeconds = [...seen.values()].reduce((sum, seconds) => sum + seconds, 0)
        this.#add(key, { at: performance.now(), cpuSeconds, memoryBytes })
        this.#enforceLimit(worker, container.container.name, memoryBytes)
      }
    }
    for (const key of this.#samples.keys()) if (!alive.has(key)) this.#samples.delete(key)
    for (const key of this.#seen.keys()) if (!alive.has(key)) this.#seen.delete(key)
    if (process.platform !== 'win32') this.#measuredAt = new Date()
  }

  #add(key: string, sample: Sample): void {
    const recent = (this.#samples.get(key) ?? []).filter(({ at }) => sample.at - at <= windowMilliseconds)
    this.#samples.set(key, [...recent, sample])
  }

  #enforceLimit(worker: PodWorker, name: string, memoryBytes: number): void {
    const container = worker.find(name)
    const limit = readQuantity(container?.container.resources?.limits?.['memory'])
    if (container === undefined || limit === undefined || memoryBytes <= limit) return
    const message = `Memory of container ${name} reached ${mebibytes(memoryBytes)} MiB, its limit is ${mebibytes(limit)} MiB: killed`
    this.#context.recordEvent(worker.pod, 'Warning', 'OOMKilling', message, 'kernel-monitor')
    container.endOutOfMemory()
  }
}

function keyOf(worker: PodWorker, container: string, pid: number | undefined): string {
  return `${worker.pod.metadata.uid}/${container}/${pid ?? ''}`
}

function rate(samples: Sample[]): Omit<ContainerUsage, 'name'> | undefined {
  const first = samples[0]
  const last = samples.at(-1)
  if (first === undefined || last === undefined || first === last) return undefined
  const cpuMillicores = ((last.cpuSeconds - first.cpuSeconds) / (last.at - first.at)) * 1_000_000
  return { cpuMillicores: Math.max(0, Math.round(cpuMillicores)), memoryBytes: last.memoryBytes }
}

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20)
