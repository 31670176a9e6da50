import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { checkpoint, type Checkpoint } from '#shared/contract/audit.ts'
import type { Scope } from '#shared/contract/base.ts'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { apply, getObject } from '../../kube/index.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'

const dataKey = 'checkpoint'

/**
 * The newest checkpoint of this console in the namespace of a suite, as a ConfigMap. Its name comes from machine, person and data
 * directory, not from anything in that directory: after the directory was deleted the console still finds it.
 */
export class ClusterCheckpoint {
  readonly name: string
  readonly #directory: ClusterDirectory

  constructor(directory: ClusterDirectory, dataDirectory: string, user: string) {
    const id = createHash('sha256').update(`${hostname()}\n${user}\n${dataDirectory}`).digest('hex')
    this.name = `agency-swarm-console-audit-${id.slice(0, 12)}`
    this.#directory = directory
  }

  /**
   * Undefined when there is none.
   * @throws ConsoleError what the cluster answers; STATE_UNKNOWN when what is there is no checkpoint
   */
  async read({ context, namespace }: Scope): Promise<Checkpoint | undefined> {
    const connection = await this.#directory.connection(context)
    let text: unknown
    try {
      const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: this.name }
      const object = await getObject(connection, ref)
      text = (object['data'] as Record<string, unknown> | undefined)?.[dataKey]
    } catch (thrown) {
      if (asConsoleError(thrown).code === 'NOT_FOUND') return undefined
      throw thrown
    }
    const parsed = checkpoint.safeParse(parseJson(text))
    if (parsed.success) return parsed.data
    throw new ConsoleError(
      'STATE_UNKNOWN',
      `ConfigMap ${this.name} in ${namespace} was changed: it holds no checkpoint.`,
    )
  }

  /** Replaces what is there. @throws ConsoleError what the cluster answers */
  async write({ context, namespace }: Scope, point: Checkpoint): Promise<void> {
    await apply(await this.#directory.connection(context), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: this.name, namespace, labels: { 'app.kubernetes.io/managed-by': 'agency-swarm-console' } },
      data: { [dataKey]: JSON.stringify(point) },
    })
  }
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}
