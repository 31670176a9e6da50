import type { Component, KubeObject, RecordEvent, ResourceName, Store } from '../../store/types.ts'
import type { Clock } from './clock.ts'
import { WorkQueue } from './workQueue.ts'

/** What every controller is given. */
export interface ControllerContext {
  store: Store
  recordEvent: RecordEvent
  clock: Clock
  /** An error nobody expected; the key is tried again by itself. */
  reportError: (controller: string, key: string, error: unknown) => void
}

export interface Watch {
  resource: ResourceName
  /** The keys to look at when this object appears, changes or goes. */
  keys: (object: KubeObject, previous: KubeObject | undefined, gone: boolean) => Iterable<string>
}

export interface LoopDefinition {
  name: string
  watches: Watch[]
  /**
   * Brings the world of one key nearer to what is wanted, from what the store says now and nothing else.
   * @returns milliseconds after which the passing of time alone may call for more
   */
  reconcile: (key: string) => number | undefined
}

/** Types the object a watch hands out: the store keeps one kind per resource. */
export function watching<T extends KubeObject>(
  resource: ResourceName,
  keys: (object: T, previous: T | undefined, gone: boolean) => Iterable<string>,
): Watch {
  return { resource, keys: (object, previous, gone) => keys(object as T, previous as T | undefined, gone) }
}

/** A level-triggered loop: a change only says which key to look at; what to do is read from the store. */
export function controlLoop(definition: LoopDefinition, context: ControllerContext): Component {
  const { store, clock } = context
  let queue: WorkQueue | undefined
  let unsubscribe: (() => void)[] = []

  const enqueue = (watch: Watch, object: KubeObject, previous?: KubeObject, gone = false): void => {
    for (const key of watch.keys(object, previous, gone)) queue?.add(key)
  }

  return {
    start() {
      const failed = (key: string, error: unknown): void => context.reportError(definition.name, key, error)
      queue = new WorkQueue(definition.reconcile, failed, clock)
      unsubscribe = definition.watches.map((watch) =>
        store.watch(watch.resource, (event) => enqueue(watch, event.object, event.previous, event.type === 'DELETED')),
      )
      for (const watch of definition.watches) {
        for (const object of store.list(watch.resource)) enqueue(watch, object)
      }
    },
    stop() {
      for (const each of unsubscribe) each()
      unsubscribe = []
      queue?.stop()
      return Promise.resolve()
    },
  }
}

/** `namespace/name`, or `/name` for what has no namespace. */
export const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`

export const ownKey = (object: KubeObject): string[] => [keyOf(object)]

export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/')
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
