import type { V1Container, V1LimitRange, V1Pod } from '../schema/models.ts'
import { resourceRow } from '../../store/resources.ts'
import type { KubeObject, Store } from '../../store/types.ts'
import { forbidden } from '../errors.ts'
import { readQuantity } from '#shared/quantity.ts'

type Limit = NonNullable<V1LimitRange['spec']>['limits'][number]

function fill(container: V1Container, limit: Limit): void {
  const limits = { ...limit._default, ...defaultOf(limit), ...container.resources?.limits }
  const requests = { ...limit.defaultRequest, ...container.resources?.requests }
  for (const [name, amount] of Object.entries(limits)) requests[name] ??= amount
  container.resources = { ...container.resources, limits, requests }
}

/** On the wire the field is `default`; the generated class calls it `_default`. */
function defaultOf(limit: Limit): Record<string, string> | undefined {
  return (limit as { default?: Record<string, string> }).default
}

function check(container: V1Container, limit: Limit): string[] {
  const problems: string[] = []
  const usage = (half: 'limits' | 'requests', name: string) => container.resources?.[half]?.[name]
  for (const [name, most] of Object.entries(limit.max ?? {})) {
    const asked = usage('limits', name)
    if (asked === undefined) problems.push(`maximum ${name} usage per Container is ${most}.  No limit is specified`)
    else if ((readQuantity(asked) ?? 0) > (readQuantity(most) ?? Infinity)) {
      problems.push(`maximum ${name} usage per Container is ${most}, but limit is ${asked}`)
    }
  }
  for (const [name, least] of Object.entries(limit.min ?? {})) {
    const asked = usage('requests', name)
    if (asked === undefined) problems.push(`minimum ${name} usage per Container is ${least}.  No request is specified`)
    else if ((readQuantity(asked) ?? 0) < (readQuantity(least) ?? 0)) {
      problems.push(`minimum ${name} usage per Container is ${least}, but request is ${asked}`)
    }
  }
  return problems
}

/** LimitRanger for containers: defaults first, then 403 where a container is outside the range. */
export function applyLimitRanges(store: Store, pod: KubeObject): void {
  const containers = (pod as unknown as V1Pod).spec?.containers ?? []
  const ranges = store.list('limitranges', { namespace: pod.metadata.namespace ?? '' }) as unknown as V1LimitRange[]
  const limits = ranges.flatMap((range) => range.spec?.limits ?? []).filter((limit) => limit.type === 'Container')
  for (const container of containers) for (const limit of limits) fill(container, limit)
  const problems = containers.flatMap((container) => limits.flatMap((limit) => check(container, limit)))
  if (problems.length === 0) return
  const shown = problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`
  throw forbidden(resourceRow('pods'), pod.metadata.name, shown)
}
