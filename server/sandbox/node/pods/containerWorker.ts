import { createHash } from 'node:crypto'
import type { NodeContext } from '../context.ts'
import { ConfigurationError } from '../fieldReferences.ts'
import { findImage, knownImages } from '../images/index.ts'
import type { ImageRecipe } from '../images/types.ts'
import type { Container, ContainerState, ContainerStatus, Pod, TerminatedState } from '../kinds.ts'
import { orAborted, pause } from '../pause.ts'
import { type ActionTarget, performAction } from '../probes/actions.ts'
import { startProbes } from '../probes/containerProbes.ts'
import { BackOff } from './backOff.ts'
import { type ContainerExit, ContainerProcess } from './containerProcess.ts'
import { type PreparedContainer, prepareContainer } from './containerSetup.ts'
import { executeToEnd } from './executor.ts'
import { lastLines } from './lastLines.ts'

/** What a container needs of its pod. */
export interface ContainerHost {
  context: NodeContext
  /** The pod as the store has it now. */
  pod: () => Pod
  podDirectory: string
  podAddress: () => string
  volumePaths: () => ReadonlyMap<string, string>
  /** Aborted when the pod ends. */
  ending: AbortSignal
  /** The container's status has changed. */
  changed: () => void
  event: (type: 'Normal' | 'Warning', reason: string, message: string, container: string) => void
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'

/** Keeps one container running by its restart policy, and its status true. */
export class ContainerWorker {
  #container: Container
  readonly #host: ContainerHost
  readonly #backOff: BackOff
  #state: ContainerState
  #lastState: ContainerState = {}
  #restartCount = 0
  #isReady = false
  #isStarted = false
  #instance = -1
  #process: ContainerProcess | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(host: ContainerHost, container: Container, before: ContainerStatus | undefined, waitingFor: string) {
    this.#host = host
    this.#container = container
    this.#backOff = new BackOff(host.context.timing)
    this.#state = { waiting: { reason: waitingFor } }
    if (before !== undefined) this.#resume(before)
  }

  get container(): Container {
    return this.#container
  }

  /** `kubectl set image` on a pod: the one thing of a container that may change. */
  changeImage(image: string): void {
    this.#container = { ...this.#container, image }
    void this.stop(this.#grace(), `Container ${this.container.name} definition changed, will be restarted`)
  }

  /** The number of the current or last run; -1 before the first. Log files are named by it. */
  get instance(): number {
    return this.#instance
  }

  get process(): ContainerProcess | undefined {
    return this.#process
  }

  get isStarted(): boolean {
    return this.#isStarted
  }

  get hasEnded(): TerminatedState | undefined {
    return this.#state.terminated
  }

  status(): ContainerStatus {
    const id = this.#instance < 0 ? undefined : containerId(this.#host.pod(), this.container.name, this.#instance)
    return {
      name: this.container.name,
      state: this.#state,
      lastState: this.#lastState,
      ready: this.#isReady,
      started: this.#isStarted,
      restartCount: this.#restartCount,
      image: this.container.image,
      imageID: this.#instance < 0 ? '' : `sandbox://${findImage(this.container.image)?.repository ?? ''}`,
      ...(id === undefined ? {} : { containerID: id }),
    }
  }

  /** Runs and restarts until the policy is satisfied or the pod ends. */
  async run(policy: RestartPolicy): Promise<void> {
    const { ending, event } = this.#host
    while (!ending.aborted) {
      const prepared = await this.#prepare()
      if (prepared === undefined || ending.aborted) return
      const startedAt = Date.now()
      const exit = await this.#runOnce(prepared)
      if (ending.aborted || policy === 'Never' || (policy === 'OnFailure' && exit.code === 0)) return
      const wait = this.#backOff.after(Date.now() - startedAt)
      if (wait > 0) {
        const { name, namespace, uid } = this.#host.pod().metadata
        const place = `container ${this.container.name} in pod ${name}_${namespace ?? ''}(${uid})`
        event('Warning', 'BackOff', `Back-off restarting failed ${place}`, this.container.name)
        const message = `back-off ${duration(wait)} restarting failed container=${this.container.name} pod=${name}_${namespace ?? ''}(${uid})`
        this.#lastState = this.#state
        this.#change({ waiting: { reason: 'CrashLoopBackOff', message } })
        await pause(wait, ending)
      } else this.#lastState = this.#state
      if (!ending.aborted) this.#restartCount += 1
    }
  }

  /** Ends the current run: preStop, stop signal, SIGKILL when the grace period is over. The policy decides what follows. */
  async stop(graceSeconds: number, message: string): Promise<void> {
    const running = this.#process
    if (running === undefined) return
    this.#host.event('Normal', 'Killing', message, this.container.name)
    const deadline = Date.now() + graceSeconds * 1000
    const finished = new AbortController()
    void this.#running.finally(() => finished.abort())
    const { preStop } = this.container.lifecycle ?? {}
    if (preStop !== undefined && graceSeconds > 0) {
      await orAborted(this.#hook(preStop, graceSeconds * 1000, 'PreStop'), finished.signal)
    }
    if (graceSeconds > 0) running.stop()
    await pause(Math.max(0, deadline - Date.now()), finished.signal)
    if (!finished.signal.aborted) running.kill()
    await this.#running
  }

  /** Memory beyond the limit: what the kernel does to a container. */
  endOutOfMemory(): void {
    this.#process?.kill('OOMKilled')
  }

  actionTarget(prepared: PreparedContainer): ActionTarget {
    const { context, podAddress } = this.#host
    return {
      podAddress: podAddress(),
      container: this.container,
      execute: (command, timeout) => executeToEnd(context, prepared, command, timeout),
    }
  }

  /** After a crash of the sandbox its processes are gone: what ran counts as ended and is started again. */
  #resume(before: ContainerStatus): void {
    this.#restartCount = before.restartCount
    this.#lastState = before.lastState
    this.#instance = Number(/#(\d+)$/.exec(before.containerID ?? '')?.[1] ?? -1)
    this.#state = before.state
    const { running } = before.state
    if (running === undefined) return
    const terminated: TerminatedState = {
      exitCode: 137,
      reason: 'Error',
      message: 'The sandbox ended while the container was running.',
      startedAt: running.startedAt,
      finishedAt: now(),
    }
    this.#state = { terminated }
    this.#lastState = { terminated }
    this.#restartCount += 1
  }

  async #prepare(): Promise<PreparedContainer | undefined> {
    const recipe = await this.#pull()
    while (recipe !== undefined && !this.#host.ending.aborted) {
      try {
        const { context, podDirectory, podAddress, volumePaths, pod } = this.#host
        const place = { podDirectory, podAddress: podAddress(), volumePaths: volumePaths() }
        const prepared = prepareContainer({ context, pod: pod(), container: this.container, recipe, ...place })
        this.#host.event('Normal', 'Created', `Created container: ${this.container.name}`, this.container.name)
        return prepared
      } catch (thrown) {
        const message = thrown instanceof Error ? thrown.message : String(thrown)
        const reason = thrown instanceof ConfigurationError ? 'CreateContainerConfigError' : 'CreateContainerError'
        this.#host.event('Warning', 'Failed', `Error: ${message}`, this.container.name)
        this.#change({ waiting: { reason, message } })
        await pause(this.#host.context.timing.retry, this.#host.ending)
      }
    }
    return undefined
  }

  /** Finds the image in the table, waiting with back-off as long as it is unknown or its program is missing. */
  async #pull(): Promise<ImageRecipe | undefined> {
    const { context, ending, event } = this.#host
    const { image, name } = this.container
    for (
      let wait = context.timing.backOffBase;
      !ending.aborted;
      wait = Math.min(wait * 2, context.timing.backOffMaximum)
    ) {
      const recipe = findImage(image)
      const problem = recipe === undefined ? unknownImage(image) : recipe.missing?.(context.programs({ refresh: true }))
      if (recipe !== undefined && problem === undefined) {
        event('Normal', 'Pulled', `Container image "${image}" already present on machine`, name)
        return recipe
      }
      const message = `Failed to pull image "${image}": ${problem ?? ''}`
      event('Normal', 'Pulling', `Pulling image "${image}"`, name)
      event('Warning', 'Failed', message, name)
      event('Warning', 'Failed', 'Error: ErrImagePull', name)
      this.#change({ waiting: { reason: 'ErrImagePull', message: problem ?? '' } })
      await pause(Math.min(1000, wait), ending)
      event('Normal', 'BackOff', `Back-off pulling image "${image}"`, name)
      event('Warning', 'Failed', 'Error: ImagePullBackOff', name)
      this.#change({
        waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": ${problem ?? ''}` },
      })
      await pause(wait, ending)
    }
    return undefined
  }

  async #runOnce(prepared: PreparedContainer): Promise<ContainerExit> {
    const { context, event } = this.#host
    this.#instance += 1
    const log = context.logOf(this.#host.pod().metadata.uid, this.container.name).begin(this.#instance)
    const { tty, stdin, name } = this.container
    const shape = {
      stdin: stdin === true,
      label: name,
      ...(tty === true ? { terminal: { columns: 80, rows: 24 } } : {}),
    }
    const current = new ContainerProcess(context, prepared, log, shape)
    const ended = new AbortController()
    let startedAt: string | undefined
    this.#process = current
    const running = current.run(() => {
      if (startedAt !== undefined) return
      startedAt = now()
      event('Normal', 'Started', `Started container ${name}`, name)
      this.#change({ running: { startedAt } })
      void this.#begin(prepared, ended.signal)
    })
    this.#running = running.then(() => undefined)
    const exit = await running
    ended.abort()
    this.#process = undefined
    this.#isReady = false
    this.#isStarted = false
    this.#change({ terminated: await this.#terminated(exit, startedAt ?? now(), current) })
    return exit
  }

  /** What follows a start: the postStart hook, then the probes. */
  async #begin(prepared: PreparedContainer, signal: AbortSignal): Promise<void> {
    const { postStart } = this.container.lifecycle ?? {}
    if (postStart !== undefined && !(await this.#hook(postStart, 600_000, 'PostStart'))) {
      return this.stop(this.#grace(), 'FailedPostStartHook')
    }
    if (signal.aborted) return
    startProbes(
      this.container,
      this.actionTarget(prepared),
      {
        setStarted: () => {
          this.#isStarted = true
          // Ready without a probe, unless the probe says otherwise from now on.
          this.#host.changed()
        },
        setReady: (isReady) => {
          if (this.#isReady === isReady) return
          this.#isReady = isReady
          this.#host.changed()
        },
        failed: (which, probe) => {
          const message = `Container ${this.container.name} failed ${which.toLowerCase()} probe, will be restarted`
          void this.stop(probe.terminationGracePeriodSeconds ?? this.#grace(), message)
        },
        unhealthy: (message) => this.#host.event('Warning', 'Unhealthy', message, this.container.name),
      },
      signal,
    )
  }

  async #hook(
    hook: NonNullable<NonNullable<Container['lifecycle']>['preStop']>,
    timeout: number,
    name: string,
  ): Promise<boolean> {
    const prepared = this.#process?.prepared
    if (prepared === undefined) return true
    if (hook.sleep !== undefined) {
      await pause(Math.min(timeout, hook.sleep.seconds * 1000), new AbortController().signal)
      return true
    }
    const outcome = await performAction(hook, this.actionTarget(prepared), timeout)
    if (!outcome.isSuccess) {
      this.#host.event('Warning', `Failed${name}Hook`, `${name}Hook failed: ${outcome.output}`, this.container.name)
    }
    return outcome.isSuccess
  }

  async #terminated(exit: ContainerExit, startedAt: string, current: ContainerProcess): Promise<TerminatedState> {
    const { context, pod } = this.#host
    const failed = exit.code !== 0
    const useLog = failed && this.container.terminationMessagePolicy === 'FallbackToLogsOnError'
    const uid = pod().metadata.uid
    const fromLog = useLog ? await lastLines(context.logOf(uid, this.container.name), this.#instance) : undefined
    const message = exit.message ?? current.terminationMessage() ?? fromLog
    return {
      exitCode: exit.code,
      ...(exit.signal === undefined ? {} : { signal: exit.signal }),
      reason: exit.reason ?? (failed ? 'Error' : 'Completed'),
      ...(message === undefined ? {} : { message }),
      startedAt,
      finishedAt: now(),
      containerID: containerId(pod(), this.container.name, this.#instance),
    }
  }

  #grace(): number {
    return this.#host.pod().spec.terminationGracePeriodSeconds ?? 30
  }

  #change(state: ContainerState): void {
    this.#state = state
    this.#host.changed()
  }
}

const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z')

/** Ends in the run's number, by which a restarted sandbox finds the log of the run before. */
function containerId(pod: Pod, container: string, instance: number): string {
  const hash = createHash('sha256').update(`${pod.metadata.uid}/${container}`).digest('hex').slice(0, 32)
  return `sandbox://${hash}#${instance}`
}

function unknownImage(image: string): string {
  return `the sandbox has no such image; it runs ${knownImages.join(', ')} (any registry, any tag): ${image}`
}

function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}
