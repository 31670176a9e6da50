import type { WorkloadDetail } from '#shared/contract/rollouts.ts'
import { isOfSuite, withTag } from './imageNames.ts'
import type { ImageChange } from './rollInTurn.ts'

/** The changes that a tag means; containers that are not of the suite (side cars) keep their image. */
export function imageChanges(
  details: readonly WorkloadDetail[],
  chosen: ReadonlySet<string>,
  tag: string,
): ImageChange[] {
  if (tag === '') return []
  return details.flatMap((detail): ImageChange[] => {
    const images = detail.containers
      .map(({ name, image }) => ({ container: name, image, next: withTag(image, tag) }))
      .filter(({ image, next }) => isOfSuite(image) && next !== image)
      .map(({ container, next }) => ({ container, image: next }))
    if (!chosen.has(detail.name) || images.length === 0) return []
    const workload = { kind: detail.kind, name: detail.name }
    return [{ workload, change: { do: 'setImage', images }, before: detail }]
  })
}
