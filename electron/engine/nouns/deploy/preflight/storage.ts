import { listObjects, type KubeObject } from '../../../kube/index.ts'
import type { Found, Preflight } from './types.ts'
import { failed, passed, warning } from './results.ts'

interface Claim {
  metadata?: { name?: string }
  spec?: { storageClassName?: string; resources?: { requests?: { storage?: string } } }
}

export async function storageCheck({ connection, objects, signal }: Preflight): Promise<Found> {
  const claims = objects.flatMap(claimsOf)
  if (claims.length === 0) return undefined
  const options = { signal }
  const classes = await listObjects(connection, { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' }, options)
  const own = objects.filter(({ kind }) => kind === 'StorageClass')
  const all = [...classes, ...own]
  const standard = classes.find(
    ({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
  )
  const names = new Set(claims.map(({ spec }) => spec?.storageClassName))
  const known = all.map(({ metadata }) => metadata.name).join(', ') || 'none'
  const used: KubeObject[] = []
  for (const name of names) {
    const found = name === undefined ? standard : all.find(({ metadata }) => metadata.name === name)
    if (found) used.push(found)
    else if (name === undefined)
      return failed(
        'No storage class is the default, so volumes would stay Pending.',
        `Name one in the values. There are: ${known}.`,
      )
    else return failed(`There is no storage class ${name}.`, `Name another one in the values. There are: ${known}.`)
  }
  const sizes = claims.map(({ spec }) => spec?.resources?.requests?.storage ?? '?').join(', ')
  const detail = `${sizes} of ${used.map(describe).join(', ')}.`
  const fixed = used.filter((each) => each['allowVolumeExpansion'] !== true)
  if (fixed.length > 0)
    return warning(
      `${detail} Volumes of ${fixed.map(({ metadata }) => metadata.name).join(', ')} cannot be grown later: a fuller disk then means backup and restore.`,
      'Choose sizes for the years to come, or a class that allows expansion.',
    )
  return passed(detail)
}

/** When the volume is made matters: one that is made at once may be where no node of the pod is. */
function describe(storageClass: KubeObject): string {
  const waits = storageClass['volumeBindingMode'] === 'WaitForFirstConsumer'
  return `${storageClass.metadata.name} (${waits ? 'WaitForFirstConsumer' : 'Immediate'})`
}

function claimsOf(object: KubeObject): Claim[] {
  if (object.kind === 'PersistentVolumeClaim') return [object]
  return ((object.spec?.['volumeClaimTemplates'] as Claim[] | undefined) ?? []).slice()
}
