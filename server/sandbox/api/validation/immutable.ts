import { sameJson } from '../../store/freeze.ts'
import type { KubeObject } from '../../store/types.ts'
import { readQuantity } from '#shared/quantity.ts'
import { copyOf, isJson, type Json } from '../json.ts'
import type { V1PersistentVolumeClaim } from '../schema/models.ts'
import type { Causes } from './causes.ts'

type Check = (causes: Causes, before: KubeObject, after: KubeObject) => void

const specOf = (object: KubeObject): Json => object.spec ?? {}

const fixed =
  (...fields: string[]): Check =>
  (causes, before, after) => {
    for (const field of fields) {
      const value = specOf(after)[field]
      if (!sameJson(specOf(before)[field], value)) causes.invalid(`spec.${field}`, value, 'field is immutable')
    }
  }

/** The whole spec is fixed but for some fields. */
const onlyMutable =
  (fields: readonly string[], message: string): Check =>
  (causes, before, after) => {
    const rest = (object: KubeObject) =>
      Object.fromEntries(Object.entries(specOf(object)).filter(([key]) => !fields.includes(key)))
    if (!sameJson(rest(before), rest(after))) causes.forbidden('spec', message)
  }

const statefulSetFields = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds'] // prettier-ignore

/** What may change in a running pod: images, deadlines, added tolerations, and what schedulers and resizes set. */
function podRemainder(pod: KubeObject): Json {
  const spec = copyOf(specOf(pod))
  for (const field of [
    'activeDeadlineSeconds',
    'tolerations',
    'terminationGracePeriodSeconds',
    'nodeName',
    'schedulingGates',
    'ephemeralContainers',
  ]) {
    // prettier-ignore
    Reflect.deleteProperty(spec, field)
  }
  for (const list of ['containers', 'initContainers']) {
    const containers = spec[list]
    if (!Array.isArray(containers)) continue
    for (const container of containers as unknown[]) {
      if (!isJson(container)) continue
      for (const field of ['image', 'resources']) Reflect.deleteProperty(container, field)
    }
  }
  return spec
}

const checkPod: Check = (causes, before, after) => {
  if (sameJson(podRemainder(before), podRemainder(after))) return
  causes.forbidden(
    'spec',
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
      '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
      '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
  )
}

const checkService: Check = (causes, before, after) => {
  const [old, young] = [specOf(before), specOf(after)]
  const had = typeof old.clusterIP === 'string' && old.clusterIP !== ''
  if (had && young.type !== 'ExternalName' && old.type !== 'ExternalName' && old.clusterIP !== young.clusterIP) {
    causes.invalid('spec.clusterIPs[0]', [young.clusterIP], 'may not change once set')
  }
}

const checkData: Check = (causes, before, after) => {
  if (before.type !== undefined && before.type !== after.type) causes.invalid('type', after.type, 'field is immutable')
  if (before.immutable !== true) return
  if (after.immutable !== true) causes.forbidden('immutable', 'field is immutable when `immutable` is set')
  if (!sameJson([before.data, before.binaryData], [after.data, after.binaryData])) {
    causes.forbidden('data', 'field is immutable when `immutable` is set')
  }
}

type Claim = Pick<V1PersistentVolumeClaim, 'spec' | 'status'>
const claimOf = (object: KubeObject): Claim => object
const isBound = (object: KubeObject): boolean => claimOf(object).status?.phase === 'Bound'
const storageOf = (object: KubeObject): number => readQuantity(claimOf(object).spec?.resources?.requests?.storage ?? '') ?? 0 // prettier-ignore
const capacityOf = (object: KubeObject): number => readQuantity(claimOf(object).status?.capacity?.storage ?? '') ?? 0

const checkClaim: Check = (causes, before, after) => {
  const rest = (object: KubeObject): Json => {
    const spec = copyOf(specOf(object))
    // Only what is bound can grow.
    if (isBound(after) && isJson(spec.resources)) Reflect.deleteProperty(spec.resources, 'requests')
    // The binder fills these in once.
    if (specOf(before).volumeName === undefined) delete spec.volumeName
    if (specOf(before).storageClassName === undefined) delete spec.storageClassName
    return spec
  }
  if (!sameJson(rest(before), rest(after))) {
    causes.forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    )
  }
  const size = storageOf(after)
  if (size < storageOf(before) && size <= capacityOf(before)) {
    causes.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')
  }
}

const checkBinding: Check = (causes, before, after) => {
  if (!sameJson(before.roleRef, after.roleRef)) causes.invalid('roleRef', after.roleRef, 'cannot change roleRef')
}

const selector = fixed('selector')

export const updateChecks: Readonly<Record<string, Check>> = {
  pods: checkPod,
  services: checkService,
  configmaps: checkData,
  secrets: checkData,
  persistentvolumeclaims: checkClaim,
  'deployments.apps': selector,
  'replicasets.apps': selector,
  'daemonsets.apps': selector,
  'statefulsets.apps': onlyMutable(
    statefulSetFields,
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
      "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ),
  'jobs.batch': fixed('selector', 'template', 'completions', 'completionMode'),
  'rolebindings.rbac.authorization.k8s.io': checkBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': checkBinding,
  'storageclasses.storage.k8s.io': (causes, before, after) => {
    for (const field of ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode']) {
      if (!sameJson(before[field], after[field])) causes.forbidden(field, `updates to ${field} are forbidden.`)
    }
  },
}
