import type { Container, Pod } from './kinds.ts'
import { milli } from './quantity.ts'

/** What a pod asks for in thousandths: the sum of its containers, or its largest init container if that is more. */
export function podDemand(spec: Pod['spec'], resource: string): number {
  const of = ({ resources }: Container): number =>
    milli(resources?.requests?.[resource] ?? resources?.limits?.[resource])
  const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always'
  const initial = spec.initContainers ?? []
  const together = [...spec.containers, ...initial.filter(isSidecar)].reduce(
    (total, container) => total + of(container),
    0,
  )
  return Math.max(together, ...initial.filter((each) => !isSidecar(each)).map(of)) + milli(spec.overhead?.[resource])
}
