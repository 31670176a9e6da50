import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type RevisionedStore } from '../../store/memoryStore.ts'
import { createEventRecorder } from '../../store/recordEvent.ts'
import type { Component, KubeObject, ResourceName } from '../../store/types.ts'
import { createIn } from '../creation.ts'
import { createControllers } from '../index.ts'
import type { PodUsage } from '../autoscaler/kinds.ts'
import type { Pod } from '../kinds.ts'
import { StandInNode } from './standInNode.ts'
import { TestClock } from './testClock.ts'

const patience = 120_000

/** The controllers on a real store with a stand-in for the node. */
export class TestCluster {
  readonly folder: string
  readonly clock = new TestClock()
  readonly errors: unknown[] = []
  usage: (namespace: string, podName: string) => PodUsage | undefined = () => undefined
  store: RevisionedStore
  node: StandInNode
  #controllers: Component

  private constructor(folder: string, store: RevisionedStore) {
    this.folder = folder
    this.store = store
    this.node = new StandInNode(store, this.clock)
    this.#controllers = this.#build()
  }

  /** @param prepare puts a state into the folder before it is opened, and says how pods fare in it */
  static async start(prepare?: (folder: string) => Promise<StandInNode['fate']>): Promise<TestCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-controllers-'))
    const fate = await prepare?.(folder)
    const cluster = new TestCluster(folder, await openStore(folder))
    if (fate !== undefined) cluster.node.fate = fate
    cluster.node.refresh()
    await cluster.#controllers.start()
    await cluster.until(() => cluster.store.get('serviceaccounts', 'default', 'default'))
    return cluster
  }

  /** Ends the controllers and starts over on what is on disk, as after a crash. */
  async restart(): Promise<void> {
    await this.#end()
    this.store = await openStore(this.folder)
    this.node = new StandInNode(this.store, this.clock)
    this.node.refresh()
    this.#controllers = this.#build()
    await this.#controllers.start()
  }

  async stop(): Promise<void> {
    await this.#end()
    await rm(this.folder, { recursive: true, force: true })
  }

  async #end(): Promise<void> {
    await this.#controllers.stop()
    this.node.stop()
    await this.store.close()
  }

  #build(): Component {
    return createControllers({
      store: this.store,
      recordEvent: createEventRecorder(this.store),
      usage: (namespace, name) => this.usage(namespace, name),
      rootCertificate: 'certificate',
      clock: this.clock,
      reportError: (_controller, _key, error) => this.errors.push(error),
    })
  }

  /** Creates an object in `default` under the API server's rules. */
  create(
    resource: string,
    object: { kind: string; metadata: { name: string; [field: string]: unknown }; [field: string]: unknown },
  ): KubeObject {
    const recordEvent = createEventRecorder(this.store)
    const context = { store: this.store, clock: this.clock, recordEvent, reportError: () => undefined }
    const metadata = { namespace: 'default', ...object.metadata }
    return createIn(context, resource, { apiVersion: '', ...object, metadata })
  }

  get<T extends KubeObject>(resource: ResourceName<T>, name: string): T | undefined {
    return this.store.get<T>(resource, 'default', name)
  }

  change(resource: string, name: string, change: (object: KubeObject) => void): void {
    this.store.update(resource, 'default', name, change)
  }

  pods(labels: Record<string, string> = {}): Pod[] {
    return this.store.list<Pod>('pods', { namespace: 'default', labels })
  }

  /** The messages of events with a reason. */
  events(reason: string): string[] {
    return this.store
      .list('events')
      .filter((event) => event.reason === reason)
      .map((event) => String(event.message))
  }

  /** The first truthy answer of `look`; an error that shows what there is when it does not come. */
  async until<T>(look: () => T): Promise<NonNullable<T>> {
    const deadline = Date.now() + patience
    for (;;) {
      const seen = look()
      if (seen) return seen
      if (Date.now() > deadline) throw new Error(`This did not happen: ${look.toString()}\n${this.#describe()}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** Lets everything that is due happen, to show that something does not. */
  async settle(): Promise<void> {
    for (
      let quiet = 0, revision = this.store.revision;
      quiet < 10;
      quiet = revision === this.store.revision ? quiet + 1 : 0
    ) {
      revision = this.store.revision
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  #describe(): string {
    const kinds = [
      'deployments.apps',
      'replicasets.apps',
      'statefulsets.apps',
      'jobs.batch',
      'cronjobs.batch',
      'pods',
      'events',
    ]
    const lines = kinds.flatMap((kind) =>
      this.store
        .list(kind)
        .map((object) => `${kind} ${object.metadata.name} ${JSON.stringify(object.status ?? object.message)}`),
    )
    return [...lines, ...this.errors.map(String)].join('\n')
  }
}
