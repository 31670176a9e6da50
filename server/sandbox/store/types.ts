/**
 * The one state of the sandbox cluster, as the API server, the controllers and the node see it.
 * Everything is in one process, so reads are synchronous and a write is visible when it returns.
 */

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface ObjectMeta {
  name: string
  namespace?: string
  generateName?: string
  uid: string
  resourceVersion: string
  generation?: number
  creationTimestamp: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: unknown[]
}

/** Any Kubernetes object. `Spec` and `Status` narrow the two halves where code knows the kind. */
export interface KubeObject<Spec = Record<string, unknown>, Status = Record<string, unknown>> {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  spec?: Spec
  status?: Status
  [field: string]: unknown
}

/** What is needed of an object that has no uid, version or time yet. */
export type NewObject<T extends KubeObject = KubeObject> = Omit<T, 'metadata'> & {
  metadata: Partial<ObjectMeta> & ({ name: string } | { generateName: string })
}

/** `resource` or `resource.group`: `pods`, `deployments.apps`, `roles.rbac.authorization.k8s.io`. `_T` is what it holds. */
export type ResourceName<_T extends KubeObject = KubeObject> = string

export interface StoreEvent<T extends KubeObject = KubeObject> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  object: T
  /** The state before a MODIFIED event, so that selectors can tell an object that leaves from one that stays. */
  previous?: T
}

export interface DeleteOptions {
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  /** Seconds; 0 removes at once. Pods default to their spec's terminationGracePeriodSeconds. */
  gracePeriodSeconds?: number
  preconditions?: { uid?: string; resourceVersion?: string }
}

/**
 * Objects handed out are frozen snapshots: clone before changing. All writes are synchronous in memory and
 * journalled to disk; `flush` waits until they are durable.
 * Failures are `ApiError`s (server/sandbox/api/errors.ts) with the code and reason a Kubernetes API server uses.
 */
export interface Store {
  get<T extends KubeObject = KubeObject>(
    resource: ResourceName<T>,
    namespace: string | undefined,
    name: string,
  ): T | undefined
  list<T extends KubeObject = KubeObject>(
    resource: ResourceName,
    filter?: { namespace?: string; labels?: Record<string, string> },
  ): T[]
  /** Fills uid, creationTimestamp, resourceVersion, generation and generateName; 409 AlreadyExists. */
  create<T extends KubeObject = KubeObject>(resource: ResourceName, object: NewObject<T>): T
  /**
   * Reads, lets `change` mutate a private copy and writes; retried by nobody because nothing runs in between.
   * Raises generation when the spec changed. `subresource: 'status'` keeps everything but status as it was, and without it
   * status is kept. Returns undefined when the object is gone; a change that changes nothing writes nothing.
   */
  update<T extends KubeObject = KubeObject>(
    resource: ResourceName,
    namespace: string | undefined,
    name: string,
    change: (object: T) => void,
    options?: { subresource?: 'status' },
  ): T | undefined
  /**
   * Kubernetes deletion: sets deletionTimestamp while finalizers or a grace period hold the object, removes it otherwise.
   * The node calls it with gracePeriodSeconds 0 once a pod's processes have ended.
   */
  delete(
    resource: ResourceName,
    namespace: string | undefined,
    name: string,
    options?: DeleteOptions,
  ): KubeObject | undefined
  /** Calls back after each committed write, in order, never from inside the write's own call stack. Returns the unsubscribe. */
  watch<T extends KubeObject = KubeObject>(resource: ResourceName, handler: (event: StoreEvent<T>) => void): () => void
  /** Resolves when everything written so far is on disk. */
  flush(): Promise<void>
}

/** Records a Kubernetes Event about an object; identical ones are counted, not repeated. */
export type RecordEvent = (
  about: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  component: string,
) => void

/** A control loop or the node: starts on the store's present content, and stops leaving nothing behind. */
export interface Component {
  start(): void | Promise<void>
  stop(): Promise<void>
}
