import type { V1Container, V1PodSpec, V1Probe, V1Volume } from '../schema/models.ts'

/** Kubernetes 1.35's defaults (pkg/apis/core/v1/defaults.go). Clients compare what they applied with what they read. */

const configMapMode = 0o644

function defaultProbe(probe: V1Probe | undefined): void {
  if (probe === undefined) return
  probe.timeoutSeconds ??= 1
  probe.periodSeconds ??= 10
  probe.successThreshold ??= 1
  probe.failureThreshold ??= 3
  if (probe.httpGet !== undefined) {
    probe.httpGet.path ??= '/'
    probe.httpGet.scheme ??= 'HTTP'
  }
  if (probe.grpc !== undefined) probe.grpc.service ??= ''
}

/** An image without a tag, or with `latest`, is pulled always; a named version only when absent. */
function pullPolicy(image: string | undefined): string {
  const [, tag] = /:([^/:@]+)$/.exec(image ?? '') ?? []
  return image?.includes('@') !== true && (tag === undefined || tag === 'latest') ? 'Always' : 'IfNotPresent'
}

/** A resource with a limit and no request requests its limit. */
function defaultRequests(container: V1Container): void {
  const limits = container.resources?.limits
  if (limits === undefined) return
  container.resources = { ...container.resources, requests: { ...limits, ...container.resources?.requests } }
}

function defaultContainer(container: V1Container): void {
  container.terminationMessagePath ??= '/dev/termination-log'
  container.terminationMessagePolicy ??= 'File'
  container.imagePullPolicy ??= pullPolicy(container.image)
  container.resources ??= {}
  defaultRequests(container)
  for (const port of container.ports ?? []) port.protocol ??= 'TCP'
  for (const variable of container.env ?? []) {
    if (variable.valueFrom?.fieldRef !== undefined) variable.valueFrom.fieldRef.apiVersion ??= 'v1'
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) defaultProbe(probe)
  for (const handler of [container.lifecycle?.postStart?.httpGet, container.lifecycle?.preStop?.httpGet]) {
    if (handler === undefined) continue
    handler.path ??= '/'
    handler.scheme ??= 'HTTP'
  }
}

function defaultVolume(volume: V1Volume): void {
  for (const source of [volume.configMap, volume.secret, volume.downwardAPI, volume.projected]) {
    if (source !== undefined) source.defaultMode ??= configMapMode
  }
  if (volume.hostPath !== undefined) volume.hostPath.type ??= ''
  for (const source of volume.projected?.sources ?? []) {
    if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= 3600
  }
  for (const item of volume.downwardAPI?.items ?? []) {
    if (item.fieldRef !== undefined) item.fieldRef.apiVersion ??= 'v1'
  }
  const sources = Object.keys(volume).filter((key) => key !== 'name')
  if (sources.length === 0) volume.emptyDir = {}
}

/** Fills a pod's or a template's spec. */
export function defaultPodSpec(spec: V1PodSpec): void {
  spec.restartPolicy ??= 'Always'
  spec.terminationGracePeriodSeconds ??= 30
  spec.dnsPolicy ??= 'ClusterFirst'
  spec.securityContext ??= {}
  spec.schedulerName ??= 'default-scheduler'
  if (spec.serviceAccountName !== undefined) spec.serviceAccount ??= spec.serviceAccountName
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) defaultContainer(container)
  for (const volume of spec.volumes ?? []) defaultVolume(volume)
}
