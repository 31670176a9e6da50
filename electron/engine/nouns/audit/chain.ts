import type { ChainReport, Checkpoint, CheckpointPlace } from '#shared/contract/audit.ts'
import type { Scope } from '#shared/contract/base.ts'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import { Checkpoints, isSigned } from './checkpoints.ts'
import { ClusterCheckpoint } from './clusterCheckpoint.ts'
import type { AuditLog } from './log.ts'

export interface AuditChainNeeds {
  audit: AuditLog
  checkpoints: Checkpoints
  directory: ClusterDirectory
  host: { dataDirectory: string; user: string }
}

interface Found {
  where: string
  point?: Checkpoint
  fault?: string
}

/** The log against the checkpoints of this machine and of the clusters. */
export class AuditChain {
  readonly #audit: AuditLog
  readonly #checkpoints: Checkpoints
  readonly #directory: ClusterDirectory
  readonly #inCluster: ClusterCheckpoint
  readonly #user: string

  constructor({ audit, checkpoints, directory, host }: AuditChainNeeds) {
    this.#audit = audit
    this.#checkpoints = checkpoints
    this.#directory = directory
    this.#inCluster = new ClusterCheckpoint(directory, host.dataDirectory, host.user)
    this.#user = host.user
  }

  async verify(suites: readonly Scope[]): Promise<Omit<ChainReport, 'unwritten'>> {
    const found = [...this.#here(), ...(await Promise.all(suites.map((scope) => this.#there(scope))))]
    const trusted = found.flatMap(({ point }) => (point && isSigned(point) ? [point] : []))
    const report = await this.#audit.verify(new Map(trusted.map(({ sequence, hash }) => [sequence, hash])))
    const agrees = ({ sequence }: Checkpoint) => report.brokenAt === null || sequence < report.brokenAt
    const own = this.#checkpoints.kept().at(-1)?.publicKey
    return { ...report, checkpoints: newestPerPlace(found).map((each) => placeOf(each, agrees, own)) }
  }

  /**
   * Signs the newest entry and keeps that in the suite's namespace. A checkpoint there that the log does not agree with is evidence: it
   * stays, until the log is repaired.
   * @throws ConsoleError CONFLICT then; what the cluster answers
   */
  async keep(scope: Scope): Promise<Checkpoint> {
    const point = await this.#checkpoints.sign()
    if (!point) throw new ConsoleError('NOT_FOUND', 'The audit log has no entry yet.')
    const known = await this.#inCluster.read(scope)
    if (known && isSigned(known) && !(await this.#audit.has(known)))
      throw new ConsoleError(
        'CONFLICT',
        `The checkpoint in ${scope.namespace} names entry ${known.sequence} of the audit log, which is not in it as it was. The checkpoint is kept. Verify the log under Security.`,
        { sequence: known.sequence },
      )
    await this.#inCluster.write(scope, point)
    return point
  }

  /** @throws ConsoleError BAD_INPUT when the log is intact */
  async repair(suites: readonly Scope[]): Promise<Omit<ChainReport, 'unwritten'>> {
    const report = await this.verify(suites)
    if (report.intact) throw new ConsoleError('BAD_INPUT', `There is nothing to repair. ${report.message}`)
    const newest = Math.max(0, ...report.checkpoints.map(({ sequence }) => sequence ?? 0))
    await this.#audit.beginAgain(this.#user, report, newest)
    return this.verify(suites)
  }

  #here(): Found[] {
    const points = this.#checkpoints.kept()
    const where = 'this machine'
    return points.length === 0 ? [{ where }] : points.map((point) => ({ where, point }))
  }

  async #there(scope: Scope): Promise<Found> {
    let where = `${scope.context}, ${scope.namespace}`
    try {
      where = `${this.#directory.facts(scope.context).name}, ${scope.namespace}`
      return { where, point: await this.#inCluster.read(scope) }
    } catch (thrown) {
      return { where, fault: asConsoleError(thrown).message }
    }
  }
}

function newestPerPlace(found: readonly Found[]): Found[] {
  return [...new Map(found.map((each) => [each.where, each])).values()]
}

function placeOf(
  { where, point, fault }: Found,
  agrees: (point: Checkpoint) => boolean,
  own: string | undefined,
): CheckpointPlace {
  if (fault !== undefined) return { where, state: 'unread', sequence: null, at: null, message: fault }
  if (!point) return { where, state: 'none', sequence: null, at: null, message: 'There is no checkpoint yet.' }
  const { sequence, at } = point
  if (!isSigned(point))
    return { where, state: 'forged', sequence, at, message: 'The signature is not that of the key it names.' }
  // The key lies in the same folder as the log.
  const earlier =
    own === point.publicKey ? '' : ' It was signed by another key: the folder of the audit log was removed or replaced.'
  return agrees(point)
    ? { where, state: 'agrees', sequence, at, message: `Entry ${sequence} is as it was.` }
    : { where, state: 'differs', sequence, at, message: `Entry ${sequence} is missing, or not as it was.${earlier}` }
}
