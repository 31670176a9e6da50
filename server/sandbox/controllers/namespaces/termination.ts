import type { KubeObject, ResourceName } from '../../store/types.ts'
import type { Condition } from '../conditions.ts'
import { compareText } from '../objects.ts'

/** Objects of a kind that a namespace on its way out still holds. */
export interface Remaining {
  resource: ResourceName
  objects: KubeObject[]
}

const condition = (type: string, isSet: boolean, reason: string, message: string): Condition => ({
  type,
  status: isSet ? 'True' : 'False',
  reason,
  message,
})

/** What holds a namespace back, as `kubectl describe namespace` shows it. */
export function terminationConditions(remaining: Remaining[]): Condition[] {
  const counts = remaining.map(({ resource, objects }) => `${resource} has ${objects.length} resource instances`)
  const finalizers = new Map<string, number>()
  for (const object of remaining.flatMap(({ objects }) => objects)) {
    for (const finalizer of object.metadata.finalizers ?? [])
      finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1)
  }
  const held = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`)
  const list = (texts: string[]): string => texts.toSorted(compareText).join(', ')
  return [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      false,
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    condition(
      'NamespaceDeletionContentFailure',
      false,
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    remaining.length > 0
      ? condition(
          'NamespaceContentRemaining',
          true,
          'SomeResourcesRemain',
          `Some resources are remaining: ${list(counts)}`,
        )
      : condition('NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'),
    held.length > 0
      ? condition(
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${list(held)}`,
        )
      : condition(
          'NamespaceFinalizersRemaining',
          false,
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ]
}
