import type { V1Container, V1PodSpec, V1ResourceRequirements } from '../schema/models.ts'
import { readQuantity } from '#shared/quantity.ts'
import type { Causes } from './causes.ts'

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

function checkPort(causes: Causes, field: string, port: unknown): void {
  if (typeof port === 'number' && (port < 1 || port > 65_535)) {
    causes.invalid(field, port, 'must be between 1 and 65535, inclusive')
  }
}

const quantityMessage = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

function checkResources(causes: Causes, field: string, resources: V1ResourceRequirements | undefined): void {
  for (const half of ['limits', 'requests'] as const) {
    for (const [name, amount] of Object.entries(resources?.[half] ?? {})) {
      const value = readQuantity(amount)
      if (value === undefined) causes.invalid(`${field}.${half}.${name}`, amount, quantityMessage)
      else if (value < 0) causes.invalid(`${field}.${half}[${name}]`, amount, 'must be greater than or equal to 0')
    }
  }
  for (const [name, request] of Object.entries(resources?.requests ?? {})) {
    const limit = resources?.limits?.[name]
    if (limit !== undefined && (readQuantity(request) ?? 0) > (readQuantity(limit) ?? Infinity)) {
      causes.invalid(`${field}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`)
    }
  }
}

function checkContainer(causes: Causes, field: string, container: V1Container, volumes: ReadonlySet<string>): void {
  if ((container.name ?? '') === '') causes.required(`${field}.name`)
  else if (!dnsLabel.test(container.name) || container.name.length > 63) {
    causes.invalid(`${field}.name`, container.name, "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')") // prettier-ignore
  }
  if ((container.image ?? '') === '') causes.required(`${field}.image`)
  causes.oneOf(`${field}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'])
  for (const [index, port] of (container.ports ?? []).entries()) {
    if (port.containerPort === undefined) causes.required(`${field}.ports[${index}].containerPort`)
    checkPort(causes, `${field}.ports[${index}].containerPort`, port.containerPort)
    causes.oneOf(`${field}.ports[${index}].protocol`, port.protocol, ['TCP', 'UDP', 'SCTP'])
  }
  for (const [index, variable] of (container.env ?? []).entries()) {
    if ((variable.name ?? '') === '') causes.required(`${field}.env[${index}].name`)
    if (variable.value !== undefined && variable.value !== '' && variable.valueFrom !== undefined) {
      causes.invalid(`${field}.env[${index}].valueFrom`, '', 'may not be specified when `value` is not empty')
    }
  }
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    if ((mount.mountPath ?? '') === '') causes.required(`${field}.volumeMounts[${index}].mountPath`)
    if (!volumes.has(mount.name)) causes.notFound(`${field}.volumeMounts[${index}].name`, mount.name)
  }
  checkResources(causes, `${field}.resources`, container.resources)
}

/** A pod's spec, or a template's under another path. `claimed` are volumes that a StatefulSet's claim templates add. */
export function checkPodSpec(
  causes: Causes,
  field: string,
  spec: V1PodSpec | undefined,
  restarts: readonly string[],
  claimed: readonly string[] = [],
): void {
  if (spec?.containers === undefined || spec.containers.length === 0) {
    causes.required(`${field}.containers`)
    return
  }
  const volumes = new Set([...(spec.volumes ?? []).map((volume) => volume.name), ...claimed])
  for (const [index, volume] of (spec.volumes ?? []).entries()) {
    if ((volume.name ?? '') === '') causes.required(`${field}.volumes[${index}].name`)
  }
  const names = new Set<string>()
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      checkContainer(causes, `${field}.${list}[${index}]`, container, volumes)
      if (names.has(container.name)) causes.duplicate(`${field}.${list}[${index}].name`, container.name)
      names.add(container.name)
    }
  }
  causes.oneOf(`${field}.restartPolicy`, spec.restartPolicy, restarts)
  causes.notNegative(`${field}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds)
  causes.oneOf(`${field}.dnsPolicy`, spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'])
}
