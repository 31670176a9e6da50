import { createHash } from 'node:crypto'
import { ConsoleError } from '#shared/errors.ts'
import { sanitise, type KubeContext } from '../../kube/index.ts'
import { sandboxId } from './identity.ts'

/** Characters that the confirmation dialog, and a Kubernetes name, can have. */
const longestName = 253

/** The id of a context: readable for every name that can be used, and never longer than the contract allows. */
export function contextIdOf(context: Pick<KubeContext, 'name' | 'source'>): string {
  // The sandbox's own file also holds its restricted user, who appears as a context of its own.
  if (context.source.kind === 'sandbox' && context.name === sandboxId) return sandboxId
  if (!unusableName(context.name)) return `context:${context.name}`
  return `context:#${createHash('sha256').update(context.name).digest('hex')}`
}

/** Why a context of this name cannot be used; undefined when it can. */
export function unusableName(name: string): ConsoleError | undefined {
  const reason =
    name.length > longestName
      ? `has a name of ${name.length} characters. The console uses names of up to ${longestName}`
      : sanitise(name) === name
        ? undefined
        : 'has control characters in its name'
  if (reason === undefined) return undefined
  return new ConsoleError(
    'KUBECONFIG_INVALID',
    `This context ${reason}. Give it another name with kubectl config rename-context.`,
    { name: sanitise(name).slice(0, longestName) },
  )
}
