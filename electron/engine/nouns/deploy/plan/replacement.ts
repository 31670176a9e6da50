import { ConsoleError } from '#shared/errors.ts'
import { parseQuantity, type KubeObject } from '../../../kube/index.ts'
import { counted, isRolled, replicasOf } from '../../../objects/objects.ts'

/** How an object that cannot be changed in place gets its new form. */
export type Replacement =
  { isPossible: true; propagation: 'Background' | 'Orphan'; loses: string } | { isPossible: false; remedy: string }

/** Whether the server refused because a field cannot be changed once the object exists. */
export function isImmutableFault(error: unknown): boolean {
  if (!(error instanceof ConsoleError) || error.details['reason'] !== 'Invalid') return false
  const said = String(error.details['said'])
  return /immutable|may not change once set|cannot change roleRef|updates to .* are forbidden|Forbidden: (updates|spec)/i.test(
    said,
  )
}

/** Whether deleting and making again loses nothing that cannot be had back; if not, what to do instead. */
export function replacementOf(live: KubeObject, wanted: KubeObject): Replacement {
  const { kind } = wanted
  const { name } = wanted.metadata
  if (kind === 'StatefulSet') return statefulSet(live, wanted)
  if (kind === 'PersistentVolumeClaim')
    return {
      isPossible: false,
      remedy: `The PersistentVolumeClaim cannot be re-created without losing its data. Back up, delete ${name} by hand, deploy, restore.`,
    }
  if (kind === 'Namespace' || kind === 'Secret')
    return {
      isPossible: false,
      remedy: `${kind} ${name} is never deleted by a deployment. Put the old value back, or delete it by hand.`,
    }
  if (isRolled(wanted))
    return {
      isPossible: true,
      propagation: 'Background',
      loses: `${counted(replicasOf(live), 'pod')} end before new ones start: it is unavailable in between, and earlier revisions are gone`,
    }
  if (kind === 'Job')
    return { isPossible: true, propagation: 'Background', loses: 'its pods and their logs are gone, and it runs again' }
  if (kind === 'Service')
    return {
      isPossible: true,
      propagation: 'Background',
      loses: 'it gets another address; open connections to it break',
    }
  if (kind === 'RoleBinding' || kind === 'ClusterRoleBinding')
    return { isPossible: true, propagation: 'Background', loses: 'its subjects are without these rights for a moment' }
  return { isPossible: true, propagation: 'Background', loses: 'it is away for a moment' }
}

interface SetSpec {
  selector?: unknown
  volumeClaimTemplates?: ClaimTemplate[]
}

interface ClaimTemplate {
  metadata?: { name?: string }
  spec?: { resources?: { requests?: { storage?: string } }; storageClassName?: string; accessModes?: string[] }
}

/** Deleted without its pods, which the new one adopts; that needs the same selector, and does nothing for claims that exist. */
function statefulSet(live: KubeObject, wanted: KubeObject): Replacement {
  const { name } = wanted.metadata
  const [old, young] = [live.spec as SetSpec, wanted.spec as SetSpec]
  if (changedClaims(old, young).length > 0) {
    const claim = `${changedClaims(old, young)[0] ?? 'data'}-${name}-0`
    return {
      isPossible: false,
      remedy: `Claims that exist do not follow their template. Grow them first (kubectl patch pvc ${claim} with the new size, where the storage class allows it), then delete the StatefulSet alone (kubectl delete statefulset ${name} --cascade=orphan), and plan again: pods and data stay.`,
    }
  }
  if (JSON.stringify(old.selector) !== JSON.stringify(young.selector))
    return {
      isPossible: false,
      remedy: `With another selector it would not find its pods. Back up, delete the StatefulSet ${name} by hand, deploy.`,
    }
  return {
    isPossible: true,
    propagation: 'Orphan',
    loses: 'its pods and volumes stay, and the new one takes them over',
  }
}

/** Names of claim templates that differ in what a claim cannot change, or are new or gone. */
function changedClaims(
  { volumeClaimTemplates: old = [] }: SetSpec,
  { volumeClaimTemplates: young = [] }: SetSpec,
): string[] {
  const facts = ({ spec }: ClaimTemplate) =>
    JSON.stringify([
      parseQuantity(spec?.resources?.requests?.storage ?? '0'),
      spec?.storageClassName,
      spec?.accessModes,
    ])
  const nameOf = ({ metadata }: ClaimTemplate) => metadata?.name ?? ''
  const before = new Map(old.map((template) => [nameOf(template), template]))
  const changed = young.filter((template) => {
    const earlier = before.get(nameOf(template))
    // A class that is not named was filled in by the server.
    const same = earlier && template.spec?.storageClassName === undefined ? { ...earlier, spec: { ...earlier.spec, storageClassName: undefined } } : earlier // prettier-ignore
    return !same || facts(same) !== facts(template)
  })
  const gone = old.filter((template) => !young.some((one) => nameOf(one) === nameOf(template)))
  return [...changed, ...gone].map(nameOf)
}

/** A volume cannot be made smaller. @returns what is wrong with the wanted size */
export function shrunkClaim(live: KubeObject | undefined, wanted: KubeObject): string | undefined {
  if (wanted.kind !== 'PersistentVolumeClaim' || !live) return undefined
  const [old, young] = [sizeOf(live), sizeOf(wanted)]
  if (old === undefined || young === undefined || parseQuantity(young) >= parseQuantity(old)) return undefined
  return `A volume cannot be made smaller: ${wanted.metadata.name} has ${old}, and ${young} is wanted. Ask for ${old} or more, or back up, delete the claim by hand, deploy and restore.`
}

const sizeOf = ({ spec }: KubeObject) => (spec as ClaimTemplate['spec'])?.resources?.requests?.storage
