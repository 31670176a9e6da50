import { utcText } from '#shared/utc.ts'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { createObject, getObject, type ClusterConnection, type KubeObject } from '../kube/index.ts'
import { isNotFound, partOf } from './objects.ts'

/** Milliseconds. */
export interface LeaseTimes {
  renew: number
  stale: number
}
export const leaseTimes: LeaseTimes = { renew: 15_000, stale: 60_000 }

/** The name that deployments have always used: a console of an earlier version is kept out by it, too. */
const leaseName = 'agency-swarm-deploy'
const workAnnotation = 'agency-swarm-console/work'

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
  /** What it does: "Restore backup …". Empty where an earlier version of the console did not say. */
  work: string
}

export interface HeldLease {
  /**
   * Renews the lease, so that whatever follows has the whole time until it counts as stale.
   * @throws ConsoleError BUSY when another console has taken it, and what the cluster answers when it cannot be asked
   */
  check(): Promise<void>
  release(): Promise<void>
}

/**
 * The right to change a suite, held in the cluster while a console deploys, migrates or restores: two at once would undo each other.
 * One object for all of it, so a deployment and a restore exclude each other, too.
 */
export class SuiteLease {
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

  /** Undefined when no other console holds it, or the one that does has stopped renewing it. */
  async elsewhere(signal?: AbortSignal): Promise<Elsewhere | undefined> {
    const lease = await this.#read(signal)
    return lease && this.#heldByOther(lease, await serverTime(this.#connection, signal))
  }

  /**
   * Takes the lease and renews it until `release`.
   * @param work what is done meanwhile, as other consoles show it
   * @param onLost called when another console has taken it: stop at once
   * @throws ConsoleError BUSY with who works and since when
   */
  async acquire(work: string, onLost: (error: ConsoleError) => void): Promise<HeldLease> {
    const acquired = await this.#take(work)
    let last: Promise<unknown> = Promise.resolve()
    // One after the other: two writes of our own at once would look like another console's.
    const renew = () => {
      const next = last.then(() => this.#renew(acquired, work))
      last = next.catch(() => undefined)
      return next
    }
    const timer = setInterval(() => {
      renew().catch((thrown: unknown) => {
        // While the API server is away no other console can take it either.
        const error = asConsoleError(thrown)
        if (error.code === 'BUSY') onLost(error)
      })
    }, this.#times.renew)
    return {
      check: renew,
      release: async () => {
        clearInterval(timer)
        await last
        const lease = await this.#read()
        if (lease && this.#isOurs(lease, acquired)) await this.#write(lease, {}, '')
      },
    }
  }

  /** @returns when it was acquired: what tells this holding from an earlier one of the same console */
  async #take(work: string): Promise<string> {
    const lease = await this.#read()
    const now = await serverTime(this.#connection)
    const other = lease && this.#heldByOther(lease, now)
    if (other) throw busy(other)
    const acquired = microTime(now)
    const taken = this.#spec(acquired, now)
    try {
      if (lease) await this.#write(lease, taken, work)
      else await createObject(this.#connection, { ...this.#object(work), spec: { ...taken } })
      return acquired
    } catch (thrown) {
      const { code } = asConsoleError(thrown)
      if (code !== 'CONFLICT' && code !== 'ALREADY_EXISTS') throw thrown
      // Another console was faster.
      throw busy((await this.elsewhere()) ?? { ...unnamed, since: now })
    }
  }

  async #renew(acquired: string, work: string): Promise<void> {
    const lease = await this.#read()
    const now = await serverTime(this.#connection)
    if (!lease || !this.#isOurs(lease, acquired)) {
      throw busy((lease && this.#heldByOther(lease, now)) ?? { ...unnamed, since: now })
    }
    try {
      await this.#write(lease, this.#spec(acquired, now), work)
    } catch (thrown) {
      const other = asConsoleError(thrown).code === 'CONFLICT' && (await this.elsewhere())
      throw other ? busy(other) : thrown
    }
  }

  #isOurs(lease: KubeObject, acquired: string): boolean {
    const at = Date.parse(specOf(lease).acquireTime ?? '')
    return holderOf(lease).id === this.#worker.id && at === Date.parse(acquired)
  }

  #spec(acquireTime: string, renewed: number): LeaseSpec {
    return {
      holderIdentity: `${this.#worker.name} (${this.#worker.id})`,
      acquireTime,
      renewTime: microTime(renewed),
      leaseDurationSeconds: Math.ceil(this.#times.stale / 1000),
    }
  }

  #heldByOther(lease: KubeObject, now: number): Elsewhere | undefined {
    const { id, name } = holderOf(lease)
    const { renewTime = '', acquireTime = '' } = specOf(lease)
    const isStale = !(Date.parse(renewTime) > now - this.#times.stale)
    if (name === '' || id === this.#worker.id || isStale) return undefined
    const work = lease.metadata.annotations?.[workAnnotation] ?? ''
    return { name, since: Date.parse(acquireTime) || now, work }
  }

  #object(work: string): KubeObject {
    const metadata = {
      name: leaseName,
      namespace: this.#namespace,
      labels: partOf,
      annotations: { [workAnnotation]: work },
    }
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
  async #write(lease: KubeObject, spec: LeaseSpec, work: string): Promise<void> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(this.#namespace)}/leases/${leaseName}`
    const annotations = { ...lease.metadata.annotations, [workAnnotation]: work }
    await this.#connection.request('PUT', path, {
      body: { ...lease, metadata: { ...lease.metadata, annotations }, spec },
    })
  }
}

const unnamed = { name: 'Another console', work: '' }
const specOf = (lease: KubeObject): LeaseSpec => lease.spec ?? {}

function holderOf(lease: KubeObject): Worker {
  const [, name = '', id = ''] = /^(.*) \(([^()]*)\)$/.exec(specOf(lease).holderIdentity ?? '') ?? []
  return { id, name }
}

/** RFC 3339 with microseconds, as a Lease requires it. */
const microTime = (at: number) => new Date(at).toISOString().replace(/Z$/, '000Z')

function busy({ name, since, work }: Elsewhere): ConsoleError {
  const what = work === '' ? 'is changing this suite' : `is at work on this suite: “${work}”`
  return new ConsoleError(
    'BUSY',
    `${name} ${what}, since ${utcText(since)}. Wait until that has ended, then try again.`,
    {
      by: name,
      since,
      work,
    },
  )
}

/** Milliseconds by the API server's clock, so that consoles whose clocks differ agree. */
async function serverTime(connection: ClusterConnection, signal?: AbortSignal): Promise<number> {
  const { headers, body } = await connection.stream('GET', '/version', signal ? { signal } : {})
  body.resume()
  return Date.parse([headers['date']].flat()[0] ?? '') || connection.clock.now()
}
