import type {
  V1ConfigMap,
  V1CronJob,
  V1Deployment,
  V1Job,
  V1LabelSelector,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodDisruptionBudget,
  V1PodTemplateSpec,
  V1StatefulSet,
  V1Role,
  V1RoleBinding,
  V1Service,
  V1StorageClass,
  V2HorizontalPodAutoscaler,
} from '../schema/models.ts'
import type { KubeObject } from '../../store/types.ts'
import { readQuantity } from '#shared/quantity.ts'
import { selectorMatches } from '../selectors.ts'
import type { Causes } from './causes.ts'
import { checkLabels } from './metadata.ts'
import { checkPodSpec } from './pod.ts'

type Check = (causes: Causes, object: KubeObject) => void

/** ConfigMaps and Secrets: 1 MiB over all values. */
const dataBytes = 1_048_576
const dataKey = /^[-._a-zA-Z0-9]+$/
const dataKeyMessage = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')" // prettier-ignore

const forever = ['Always']
const anyRestart = ['Always', 'OnFailure', 'Never']
const finite = ['OnFailure', 'Never']

function checkTemplate(
  causes: Causes,
  selector: V1LabelSelector | undefined,
  template: V1PodTemplateSpec | undefined,
  claimed: readonly string[] = [],
): void {
  const labels = template?.metadata?.labels
  checkLabels(causes, 'spec.template.metadata.labels', labels)
  if (selector !== undefined && !selectorMatches(selector, labels)) {
    causes.invalid('spec.template.metadata.labels', labels ?? {}, '`selector` does not match template `labels`')
  }
  checkPodSpec(causes, 'spec.template.spec', template?.spec, forever, claimed)
}

const checkWorkload: Check = (causes, object) => {
  const { spec } = object as unknown as V1Deployment
  if (spec?.selector === undefined) causes.required('spec.selector')
  else if (Object.keys({ ...spec.selector.matchLabels }).length + (spec.selector.matchExpressions?.length ?? 0) === 0) {
    causes.invalid('spec.selector', spec.selector, `empty selector is invalid for ${object.kind.toLowerCase()}`)
  }
  causes.notNegative('spec.replicas', spec?.replicas)
  causes.notNegative('spec.minReadySeconds', spec?.minReadySeconds)
  causes.oneOf('spec.strategy.type', spec?.strategy?.type, ['Recreate', 'RollingUpdate'])
  const claims = (object as unknown as V1StatefulSet).spec?.volumeClaimTemplates ?? []
  checkTemplate(
    causes,
    spec?.selector,
    spec?.template,
    claims.flatMap(({ metadata }) => metadata?.name ?? []),
  )
}

const checkJob: Check = (causes, object) => {
  const { spec } = object as unknown as V1Job
  for (const field of [
    'parallelism',
    'completions',
    'backoffLimit',
    'activeDeadlineSeconds',
    'ttlSecondsAfterFinished',
  ] as const) {
    causes.notNegative(`spec.${field}`, spec?.[field])
  }
  checkPodSpec(causes, 'spec.template.spec', spec?.template?.spec, finite)
}

const cronField = /^(\*|[\dA-Za-z,*-]+)(\/\d+)?$/

const checkCronJob: Check = (causes, object) => {
  const { spec } = object as unknown as V1CronJob
  const schedule = spec?.schedule ?? ''
  const fields = schedule.split(/\s+/)
  if (schedule === '') causes.required('spec.schedule')
  else if (!schedule.startsWith('@') && (fields.length !== 5 || !fields.every((field) => cronField.test(field)))) {
    causes.invalid(
      'spec.schedule',
      schedule,
      `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`,
    )
  }
  causes.oneOf('spec.concurrencyPolicy', spec?.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'])
  checkPodSpec(causes, 'spec.jobTemplate.spec.template.spec', spec?.jobTemplate?.spec?.template?.spec, finite)
}

const checkService: Check = (causes, object) => {
  const { spec } = object as unknown as V1Service
  causes.oneOf('spec.type', spec?.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'])
  if (spec?.type === 'ExternalName') {
    if ((spec.externalName ?? '') === '') causes.required('spec.externalName')
    return
  }
  const ports = spec?.ports ?? []
  if (ports.length === 0 && spec?.clusterIP !== 'None') causes.required('spec.ports')
  const seen = new Set<string>()
  for (const [index, port] of ports.entries()) {
    const field = `spec.ports[${index}]`
    if (ports.length > 1 && (port.name ?? '') === '') causes.required(`${field}.name`)
    if (port.port === undefined || port.port < 1 || port.port > 65_535) {
      causes.invalid(`${field}.port`, port.port ?? 0, 'must be between 1 and 65535, inclusive')
    }
    const key = `${port.port}/${port.protocol ?? 'TCP'}`
    if (seen.has(key)) causes.duplicate(field, { port: port.port, protocol: port.protocol })
    seen.add(key)
  }
}

const checkData: Check = (causes, object) => {
  const { data, binaryData } = object as unknown as V1ConfigMap
  const entries = Object.entries({ ...data, ...binaryData })
  for (const [key, value] of entries) {
    if (!dataKey.test(key)) causes.invalid(`data[${key}]`, key, dataKeyMessage)
    if (object.kind === 'Secret' && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)) {
      causes.invalid(`data[${key}]`, '<secret contents redacted>', 'illegal base64 data')
    }
  }
  const factor = object.kind === 'Secret' ? 0.75 : 1
  const size = entries.reduce((sum, [, value]) => sum + Buffer.byteLength(value) * factor, 0)
  if (size > dataBytes) causes.tooLong(object.kind === 'Secret' ? 'data' : '', dataBytes)
}

const checkClaim: Check = (causes, object) => {
  const { spec } = object as unknown as V1PersistentVolumeClaim
  if ((spec?.accessModes ?? []).length === 0) causes.required('spec.accessModes', 'at least 1 access mode is required')
  for (const [index, mode] of (spec?.accessModes ?? []).entries()) {
    causes.oneOf(`spec.accessModes[${index}]`, mode, [
      'ReadOnlyMany',
      'ReadWriteMany',
      'ReadWriteOnce',
      'ReadWriteOncePod',
    ])
  }
  const storage = spec?.resources?.requests?.storage
  if (storage === undefined) causes.required('spec.resources[storage]')
  else if ((readQuantity(storage) ?? 0) <= 0)
    causes.invalid('spec.resources[storage]', storage, 'must be greater than zero')
}

const checkAutoscaler: Check = (causes, object) => {
  const { spec } = object as unknown as V2HorizontalPodAutoscaler
  if ((spec?.scaleTargetRef?.kind ?? '') === '') causes.required('spec.scaleTargetRef.kind')
  if ((spec?.scaleTargetRef?.name ?? '') === '') causes.required('spec.scaleTargetRef.name')
  const most = spec?.maxReplicas ?? 0
  if (most < 1) causes.invalid('spec.maxReplicas', most, 'must be greater than 0')
  else if (most < (spec?.minReplicas ?? 1))
    causes.invalid('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`')
}

const checkBudget: Check = (causes, object) => {
  const { spec } = object as unknown as V1PodDisruptionBudget
  if (spec?.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    causes.invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set')
  }
}

const checkRole: Check = (causes, object) => {
  for (const [index, rule] of ((object as unknown as V1Role).rules ?? []).entries()) {
    if ((rule.verbs ?? []).length === 0)
      causes.required(`rules[${index}].verbs`, 'verbs must contain at least one value')
    if (rule.nonResourceURLs !== undefined) continue
    if ((rule.apiGroups ?? []).length === 0) causes.required(`rules[${index}].apiGroups`, 'resource rules must supply at least one api group') // prettier-ignore
    if ((rule.resources ?? []).length === 0) causes.required(`rules[${index}].resources`, 'resource rules must supply at least one resource') // prettier-ignore
  }
}

const checkBinding: Check = (causes, object) => {
  const { roleRef } = object as unknown as V1RoleBinding
  causes.oneOf('roleRef.kind', roleRef?.kind ?? '', ['Role', 'ClusterRole'])
  if ((roleRef?.name ?? '') === '') causes.required('roleRef.name')
}

export const kindChecks: Readonly<Record<string, Check>> = {
  pods: (causes, object) => checkPodSpec(causes, 'spec', (object as unknown as V1Pod).spec, anyRestart),
  'deployments.apps': checkWorkload,
  'replicasets.apps': checkWorkload,
  'statefulsets.apps': checkWorkload,
  'daemonsets.apps': checkWorkload,
  'jobs.batch': checkJob,
  'cronjobs.batch': checkCronJob,
  services: checkService,
  configmaps: checkData,
  secrets: checkData,
  persistentvolumeclaims: checkClaim,
  'horizontalpodautoscalers.autoscaling': checkAutoscaler,
  'poddisruptionbudgets.policy': checkBudget,
  'roles.rbac.authorization.k8s.io': checkRole,
  'clusterroles.rbac.authorization.k8s.io': checkRole,
  'rolebindings.rbac.authorization.k8s.io': checkBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': checkBinding,
  'storageclasses.storage.k8s.io': (causes, object) => {
    if (((object as unknown as V1StorageClass).provisioner ?? '') === '') causes.required('provisioner')
  },
}
