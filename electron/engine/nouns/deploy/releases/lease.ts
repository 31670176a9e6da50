import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { createObject, getObject, type ClusterConnection, type KubeObject } from '../../../kube/index.ts'
import { isNotFound, partOf } from '../../../objects/objects.ts'

/** Milliseconds. */
export interface LeaseTimes {
  renew: number
  stale: number
}
export const leaseTimes: LeaseTimes = { renew: 15_000, stale: 60_000 }

export const leaseName = 'agency-swarm-deploy'

/** Who is at work: the console's own id, so that it recognises itself after a crash, and a name for people. */
export interface Worker {
  id: string
  name: string
}

interface LeaseSpec {
  holderIdentity?: string
  acquireTime?: string
  renewTime?: string
  leaseDurationSeconds?: number
}

/** Another console that is at work now. */
export interface Elsewhere {
  name: string
  since: number
}

/** The right to change a namespace's releases, held in the cluster while a console works: two at once would undo each other. */
export class DeployLease {
  readonly #connection: ClusterConnection
  readonly #namespace: string
  readonly #worker: Worker
  readonly #times: LeaseTimes

  constructor(connection: ClusterConnection, namespace: string, worker: Worker, times: LeaseTimes = leaseTimes) {
    this.#connection = connection
    this.#namespace = namespace
    this.#worker = worker
    this.#times = times
  }

  /** Undefined when nobody else holds it, or has stopped renewing it. */
  async elsewhere(signal?: AbortSignal): Promise<Elsewhere | undefined> {
    const lease = await this.#read(signal)
    return lease && this.#heldByOther(lease, await serverTime(this.#connection, signal))
  }

  /**
   * Takes the lease and renews it until `release`.
   * @param onLost called when another console has taken it: stop at once
   * @throws ConsoleError BUSY with who works and since when
   */
  async acquire(onLost: (error: ConsoleError) => void): Promise<HeldLease> {
    await this.#take()
    let renewing = Promise.resolve()
    const timer = setInterval(() => {
      renewing = this.#renew().catch((thrown: unknown) => {
        // While the API server is away nobody else can take it either.
        const error = asConsoleError(thrown)
        if (error.code === 'BUSY') onLost(error)
      })
    }, this.#times.renew)
    return {
      release: async () => {
        clearInterval(timer)
        await renewing
        const lease = await this.#read()
        if (lease && holderOf(lease).id === this.#worker.id) await this.#write(lease, {})
      },
    }
  }

  async #take(): Promise<void> {
    const lease = await this.#read()
    const now = await serverTime(this.#connection)
    const other = lease && this.#heldByOther(lease, now)
    if (other) throw busy(other)
    const taken = this.#spec(now, now)
    try {
      if (lease) await this.#write(lease, taken)
      else await createObject(this.#connection, { ...this.#object(), spec: { ...taken } })
    } catch (thrown) {
      const { code } = asConsoleError(thrown)
      if (code !== 'CONFLICT' && code !== 'ALREADY_EXISTS') throw thrown
      // Somebody was faster.
      throw busy((await this.elsewhere()) ?? { name: 'Another console', since: now })
    }
  }

  async #renew(): Promise<void> {
    const lease = await this.#read()
    const now = await serverTime(this.#connection)
    if (!lease || holderOf(lease).id !== this.#worker.id) {
      throw busy((lease && this.#heldByOther(lease, now)) ?? { name: 'Another console', since: now })
    }
    await this.#write(lease, this.#spec(Date.parse(specOf(lease).acquireTime ?? '') || now, now))
  }

  #spec(acquired: number, renewed: number): LeaseSpec {
    return {
      holderIdentity: `${this.#worker.name} (${this.#worker.id})`,
      acquireTime: microTime(acquired),
      renewTime: microTime(renewed),
      leaseDurationSeconds: Math.ceil(this.#times.stale / 1000),
    }
  }

  #heldByOther(lease: KubeObject, now: number): Elsewhere | undefined {
    const { id, name } = holderOf(lease)
    const { renewTime = '', acquireTime = '' } = specOf(lease)
    const isStale = !(Date.parse(renewTime) > now - this.#times.stale)
    if (name === '' || id === this.#worker.id || isStale) return undefined
    return { name, since: Date.parse(acquireTime) || now }
  }

  #object(): KubeObject {
    const metadata = { name: leaseName, namespace: this.#namespace, labels: partOf }
    return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata }
  }

  async #read(signal?: AbortSignal): Promise<KubeObject | undefined> {
    const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: this.#namespace, name: leaseName }
    try {
      return await getObject(this.#connection, ref, signal ? { signal } : {})
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  /** With the version that was read: whoever wrote meanwhile wins, and this fails with CONFLICT. */
  async #write(lease: KubeObject, spec: LeaseSpec): Promise<void> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(this.#namespace)}/leases/${leaseName}`
    await this.#connection.request('PUT', path, { body: { ...lease, spec } })
  }
}

export interface HeldLease {
  release(): Promise<void>
}

const specOf = (lease: KubeObject): LeaseSpec => lease.spec ?? {}

function holderOf(lease: KubeObject): Worker {
  const [, name = '', id = ''] = /^(.*) \(([^()]*)\)$/.exec(specOf(lease).holderIdentity ?? '') ?? []
  return { id, name }
}

/** RFC 3339 with microseconds, as a Lease wants it. */
const microTime = (at: number) => new Date(at).toISOString().replace(/Z$/, '000Z')

const busy = ({ name, since }: Elsewhere) =>
  new ConsoleError(
    'BUSY',
    `${name} is deploying here since ${new Date(since).toISOString().slice(0, 16).replace('T', ' ')} UTC. Wait until it has ended; nothing was changed.`,
    { by: name, since },
  )

/** Milliseconds by the API server's clock, so that consoles whose clocks differ agree. */
async function serverTime(connection: ClusterConnection, signal?: AbortSignal): Promise<number> {
  const { headers, body } = await connection.stream('GET', '/version', signal ? { signal } : {})
  body.resume()
  return Date.parse([headers['date']].flat()[0] ?? '') || connection.clock.now()
}
