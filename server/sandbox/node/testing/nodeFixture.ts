import { build } from 'esbuild'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type RevisionedStore, openStore } from '../../store/memoryStore.ts'
import { createEventRecorder } from '../../store/recordEvent.ts'
import type { KubeObject } from '../../store/types.ts'
import { type NodeOptions, type SandboxNode, createNode, nodeName, removeNodeState } from '../index.ts'
import type { Container, Pod, PodSpec } from '../kinds.ts'
import { createLauncher } from '../processes/launcher.ts'

/** A store and a node on it, without API server and controllers: pods are bound by the test. */
export interface NodeFixture {
  store: RevisionedStore
  node: SandboxNode
  stateDirectory: string
  /** Creates a pod bound to the node. */
  run(name: string, spec: Omit<PodSpec, 'nodeName'>, labels?: Record<string, string>): Pod
  pod(name: string): Pod | undefined
  /** Waits until the pod satisfies the condition; the error shows its status and events. */
  until(name: string, condition: (pod: Pod) => boolean): Promise<Pod>
  untilGone(name: string): Promise<void>
  events(name: string): { reason: string; message: string; type: string }[]
  stop(): Promise<void>
}

const temporary = (): Promise<string> => mkdtemp(join(tmpdir(), 'sandbox-node-'))

/** The bootstrap of Node pods as a build makes it, in a folder of its own. */
export async function bundlePodBootstrap(folder: string): Promise<string> {
  const outfile = join(folder, 'podBootstrap.mjs')
  const entry = join(import.meta.dirname, '..', 'podBootstrap.ts')
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' })
  return outfile
}

export async function startNode(options: Partial<NodeOptions> & { keep?: string } = {}): Promise<NodeFixture> {
  const stateDirectory = options.keep ?? (await temporary())
  // PostgreSQL's user must be able to pass through.
  await chmod(stateDirectory, 0o711)
  const store = await openStore(join(stateDirectory, 'store'))
  const node = createNode({
    store,
    recordEvent: createEventRecorder(store),
    stateDirectory,
    processes: createLauncher,
    ...options,
    images: {
      suiteModule: join(stateDirectory, 'suite.js'),
      podBootstrap: await bundlePodBootstrap(stateDirectory),
      ...options.images,
    },
    timing: { backOffBase: 500, backOffMaximum: 4000, retry: 200, sample: 300, ...options.timing },
  })
  await node.start()
  const pod = (name: string): Pod | undefined => store.get<Pod>('pods', 'default', name)
  const events = (name: string) =>
    store
      .list<KubeObject & { involvedObject: { name: string }; reason: string; message: string; type: string }>('events')
      .filter((event) => event.involvedObject.name === name)
      .map(({ reason, message, type }) => ({ reason, message, type }))
  return {
    store,
    node,
    stateDirectory,
    pod,
    events,
    run: (name, spec, labels) => createPod(store, name, spec, labels),
    until: async (name, condition) => {
      const found = await poll(() => {
        const current = pod(name)
        return current !== undefined && condition(current) ? current : undefined
      })
      if (found !== undefined) return found
      throw new Error(
        `pod ${name}: ${JSON.stringify({ status: pod(name)?.status, events: events(name) }, undefined, 1)}`,
      )
    },
    untilGone: async (name) => {
      const isGone = await poll(() => (pod(name) === undefined ? true : undefined))
      if (isGone !== true) throw new Error(`pod ${name} is still there`)
    },
    stop: async () => {
      await node.stop()
      await store.close()
      if (options.keep !== undefined) return
      removeNodeState(stateDirectory)
      await rm(stateDirectory, { recursive: true, force: true })
    },
  }
}

function createPod(
  store: RevisionedStore,
  name: string,
  spec: Omit<PodSpec, 'nodeName'>,
  labels: Record<string, string> = {},
): Pod {
  return store.create<Pod>('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: { terminationGracePeriodSeconds: 2, restartPolicy: 'Always', ...spec, nodeName },
  })
}

/** The first value that is not undefined, or undefined after two minutes. */
export async function poll<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T | undefined> {
  const deadline = Date.now() + 120_000
  while (Date.now() < deadline) {
    const found = await look()
    if (found !== undefined) return found
    await delay(50)
  }
  return undefined
}

/** A container that runs a line of shell. */
export function shell(script: string, more: Partial<Container> = {}): Container {
  return { name: 'main', image: 'busybox:1.36', command: ['sh', '-c', script], ...more }
}

export const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
