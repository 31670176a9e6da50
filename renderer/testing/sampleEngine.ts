import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import type { FileProblem, Settings } from '#shared/contract/app.ts'
import type { ContextRow } from '#shared/contract/clusters.ts'
import { contract } from '#shared/contract/index.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { receiveNotice } from '../client/index.ts'
import { sampleOperations, type OperationsScene } from './sampleOperations.ts'
import { SampleForwards } from './sampleForwards.ts'
import { SampleTasks } from './sampleTasks.ts'
import { sampleWorkloads } from './sampleWorkloads.ts'
import { floodOfPods, floodFigures, type PodFlood } from './podFlood.ts'
import {
  sampleAudit,
  sampleBackups,
  sampleClusterRows,
  sampleContexts,
  sampleEvents,
  sampleMap,
  sampleMetrics,
  samplePodDetail,
  samplePods,
} from './sampleData.ts'
import { sampleDeploy } from './sampleDeploy.ts'
import { answerWith, type Trouble } from './troubles.ts'
import { deployAnswers, type DeployScene } from './sampleDeployAnswers.ts'

/** What a test wants to be different. */
export interface Scene {
  contexts?: ContextRow[]
  problems?: { path: string; line?: number; severity: 'error' | 'warning'; message: string }[]
  /** Files of the console that could not be used when the engine started. */
  fileProblems?: FileProblem[]
  /** The suite is not deployed. */
  isEmpty?: boolean
  /** Very many pods, which change all the time. */
  flood?: PodFlood
  operations?: OperationsScene
  deploy?: DeployScene
  /** Port-forwards that are open already, or that a test changes. */
  forwards?: SampleForwards
  /** Long work that is running or has ended when the page opens. */
  tasks?: Task[]
  /** How long a task takes, in milliseconds. */
  taskMilliseconds?: number
  /** How a call of this path (`pods.watch`) fails; undefined where it is answered. Asked at every call. */
  troubleOf?: (path: string) => Trouble | undefined
}

/** What the page has asked for, by name, with its input: for assertions. */
export interface SampleEngine {
  calls: { name: string; input: unknown }[]
  setContexts: (contexts: ContextRow[]) => void
  stop: () => void
}

/** The contract, answered in the page from invented data over a real MessageChannel and the real validator. */
export function startSampleEngine(scene: Scene = {}): SampleEngine {
  const os = implement(contract)
  const calls: SampleEngine['calls'] = []
  const note = (name: string, input?: unknown) => void calls.push({ name, input })
  const ended = new AbortController()
  const forwards = scene.forwards ?? new SampleForwards()
  const tasks = new SampleTasks(scene.taskMilliseconds, scene.tasks)
  let settings: Settings = {
    theme: 'dark',
    kubectlPath: '',
    kubeconfigFiles: [],
    singleKeys: true,
    imageRegistry: '',
    timeZone: 'local',
  }
  let contexts = scene.contexts ?? sampleContexts()
  const listeners = new Set<() => void>()
  const change = () => new Promise<void>((resolve) => listeners.add(resolve))

  /** One value, then silence until the page leaves. */
  async function* once<Value>(value: Value, signal?: AbortSignal): AsyncGenerator<Value> {
    yield value
    await gone(signal)
  }
  const gone = (signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      signal?.addEventListener('abort', () => resolve())
      ended.signal.addEventListener('abort', () => resolve())
    })
  async function* clusterFeed(signal?: AbortSignal) {
    while (!signal?.aborted) {
      yield { contexts, clusters: sampleClusterRows(contexts), problems: scene.problems ?? [] }
      await Promise.race([change(), gone(signal)])
    }
  }
  const live = { state: 'live' } as const
  const unused = (): never => {
    throw new Error('The sample engine does not answer this.')
  }

  const router = {
    ...sampleOperations({ isEmpty: scene.isEmpty ?? false, ...scene.operations }, note, tasks),
    app: {
      info: os.app.info.handler(() => ({
        version: '0.1.0',
        runtime: { electron: '45.4.1', chrome: '150', node: '24.0.0' },
        platform: 'linux',
        user: 'maya.okafor',
        dataDirectory: '/home/maya/.config/console',
        engineStarts: 1,
      })),
      heartbeat: os.app.heartbeat.handler(async function* ({ signal }) {
        while (!signal?.aborted && !ended.signal.aborted) {
          yield { now: Date.now() }
          await Promise.race([new Promise((resolve) => setTimeout(resolve, 1000)), gone(signal)])
        }
      }),
      settings: os.app.settings.handler(() => settings),
      fileProblems: os.app.fileProblems.handler(async function* ({ signal }) {
        yield scene.fileProblems ?? []
        await gone(signal)
      }),
      updateSettings: os.app.updateSettings.handler(({ input }) => {
        note('app.updateSettings', input)
        settings = { ...settings, ...input }
        return settings
      }),
      saveText: os.app.saveText.handler(({ input }) => {
        note('app.saveText', input)
        return { path: `/home/maya/${input.name}` }
      }),
      addKubeconfig: os.app.addKubeconfig.handler(() => {
        note('app.addKubeconfig')
        return { path: '/home/maya/edge.yaml' }
      }),
    },
    clusters: {
      watch: os.clusters.watch.handler(({ signal }) => clusterFeed(signal)),
      check: os.clusters.check.handler(({ input }) => note('clusters.check', input)),
      setEnvironment: os.clusters.setEnvironment.handler(({ input }) => note('clusters.setEnvironment', input)),
      namespaces: os.clusters.namespaces.handler(() => ({ namespaces: ['agency-swarm', 'default'], complete: true })),
      lowerEnvironment: os.clusters.lowerEnvironment.handler(({ input }) => note('clusters.lowerEnvironment', input)),
      checks: os.clusters.checks.handler(async function* ({ signal }) {
        await gone(signal)
        yield* []
      }),
    },
    sandbox: {
      start: os.sandbox.start.handler(() => note('sandbox.start')),
      stop: os.sandbox.stop.handler(() => note('sandbox.stop')),
      reset: os.sandbox.reset.handler(({ input }) => note('sandbox.reset', input)),
    },
    pods: {
      watch: os.pods.watch.handler(({ signal }) =>
        scene.flood
          ? floodOfPods(scene.flood, signal)
          : once({ feed: live, reset: true, upserted: scene.isEmpty ? [] : samplePods(), removed: [] }, signal),
      ),
      detail: os.pods.detail.handler(({ input }) => samplePodDetail(input.name)),
      delete: os.pods.delete.handler(unused),
    },
    workloads: {
      watch: os.workloads.watch.handler(({ signal }) =>
        once({ feed: live, rows: scene.isEmpty ? [] : sampleWorkloads() }, signal),
      ),
    },
    events: {
      watch: os.events.watch.handler(({ signal }) =>
        once({ feed: live, rows: scene.isEmpty ? [] : sampleEvents() }, signal),
      ),
    },
    services: {
      map: os.services.map.handler(({ signal }) =>
        once({ feed: live, nodes: scene.isEmpty ? [] : sampleMap() }, signal),
      ),
    },
    metrics: {
      watch: os.metrics.watch.handler(({ signal }) =>
        once(
          {
            intervalMs: 15_000,
            unavailable: null,
            pods: scene.flood ? floodFigures(scene.flood) : scene.isEmpty ? {} : sampleMetrics(),
          },
          signal,
        ),
      ),
    },
    backups: {
      watch: os.backups.watch.handler(({ signal }) =>
        once(
          {
            backups: scene.isEmpty ? [] : sampleBackups(),
            restores: [],
            location: { path: '/var/lib/console/backups', freeBytes: 195e9, totalBytes: 500e9 },
          },
          signal,
        ),
      ),
      start: os.backups.start.handler(unused),
      verify: os.backups.verify.handler(unused),
      planRestore: os.backups.planRestore.handler(unused),
      restore: os.backups.restore.handler(unused),
      undoRestore: os.backups.undoRestore.handler(unused),
      keepRestore: os.backups.keepRestore.handler(unused),
      databases: os.backups.databases.handler(() => []),
      removeDatabase: os.backups.removeDatabase.handler(unused),
      delete: os.backups.delete.handler(unused),
    },
    ...deployAnswers(scene.isEmpty ? nothingDeployed() : (scene.deploy ?? {}), note, tasks),
    tasks: {
      watch: os.tasks.watch.handler(({ signal }) => tasks.watch(signal)),
      cancel: os.tasks.cancel.handler(unused),
      dismiss: os.tasks.dismiss.handler(unused),
      history: os.tasks.history.handler(() => tasks.history()),
      seen: os.tasks.seen.handler(() => undefined),
      look: os.tasks.look.handler(unused),
    },
    audit: {
      list: os.audit.list.handler(({ input }) => (input.before === undefined ? sampleAudit() : [])),
      verify: os.audit.verify.handler(() => ({
        entries: 211,
        intact: true,
        brokenAt: null,
        message: 'All 211 entries are intact.',
        checkpoints: [],
        unwritten: 0,
      })),
      checkpoint: os.audit.checkpoint.handler(unused),
      repair: os.audit.repair.handler(unused),
    },
    logs: { follow: os.logs.follow.handler(unused) },
    streams: { acknowledge: os.streams.acknowledge.handler(() => undefined) },
    forwards: {
      watch: os.forwards.watch.handler(({ signal }) => forwards.watch(gone(signal))),
      open: os.forwards.open.handler(({ input }) => {
        note('forwards.open', input)
        return forwards.open(input)
      }),
      close: os.forwards.close.handler(({ input }) => forwards.close(input.id)),
    },
    terminals: {
      shell: os.terminals.shell.handler(unused),
      kubectl: os.terminals.kubectl.handler(unused),
      input: os.terminals.input.handler(unused),
      resize: os.terminals.resize.handler(unused),
      close: os.terminals.close.handler(unused),
      guard: os.terminals.guard.handler(async function* ({ signal }) {
        yield { questions: [], allowed: [] }
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
      }),
      answer: os.terminals.answer.handler(unused),
      lock: os.terminals.lock.handler(unused),
    },
  }

  const channel = new MessageChannel()
  new RPCHandler(router, { clientInterceptors: [(call) => answerWith(scene.troubleOf, call)] }).upgrade(channel.port1)
  channel.port1.start()
  receiveNotice({ state: 'connected', starts: 1 }, channel.port2)
  return {
    calls,
    setContexts: (next) => {
      contexts = next
      for (const wake of listeners) wake()
      listeners.clear()
    },
    stop: () => {
      ended.abort()
      channel.port1.close()
      channel.port2.close()
    },
  }
}

function nothingDeployed(): DeployScene {
  return {
    status: { ...sampleDeploy(), installed: null },
    releases: [],
    drift: { release: null, checkedAt: Date.now(), compared: 0, objects: [], unread: [] },
  }
}
