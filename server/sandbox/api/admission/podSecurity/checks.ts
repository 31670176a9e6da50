import type { V1Container, V1PodSpec } from '../../schema/models.ts'

/** What a pod does that a level does not allow; empty when it does not. In the words of k8s.io/pod-security-admission. */
export type PodCheck = (spec: V1PodSpec, annotations: Record<string, string>) => string

const quoted = (names: string[]) => names.map((name) => `"${name}"`).join(', ')
const word = (names: string[]) => `container${names.length === 1 ? '' : 's'} ${quoted(names)}`

export const containersOf = (spec: V1PodSpec): V1Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
  ...((spec.ephemeralContainers ?? []) as V1Container[]),
]

const namesWhere = (spec: V1PodSpec, isWrong: (container: V1Container) => boolean) =>
  containersOf(spec)
    .filter(isWrong)
    .map(({ name }) => name)

/** A check that names the containers at fault. */
const perContainer =
  (isWrong: (container: V1Container, spec: V1PodSpec) => boolean, text: (who: string) => string): PodCheck =>
  (spec) => {
    const names = namesWhere(spec, (container) => isWrong(container, spec))
    return names.length === 0 ? '' : text(word(names))
  }

const baselineCapabilities = new Set(['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT']) // prettier-ignore
const safeSysctls = new Set(['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes']) // prettier-ignore
const seLinuxTypes = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'])

const hostNamespaces: PodCheck = (spec) => {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name] === true)
  return used.length === 0 ? '' : `host namespaces (${used.map((name) => `${name}=true`).join(', ')})`
}

const hostPathVolumes: PodCheck = (spec) => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name)
  return names.length === 0 ? '' : `hostPath volumes (volume${names.length === 1 ? '' : 's'} ${quoted(names)})`
}

const hostPorts = perContainer(
  ({ ports }) => (ports ?? []).some(({ hostPort }) => (hostPort ?? 0) !== 0),
  (who) => `hostPort (${who} uses a hostPort)`,
)

const privileged = perContainer(
  ({ securityContext }) => securityContext?.privileged === true,
  (who) => `privileged (${who} must not set securityContext.privileged=true)`,
)

const capabilities = perContainer(
  ({ securityContext }) => (securityContext?.capabilities?.add ?? []).some((each) => !baselineCapabilities.has(each)),
  (who) => `non-default capabilities (${who} must not add capabilities beyond the default set)`,
)

const seLinux: PodCheck = (spec) => {
  const options = [spec.securityContext, ...containersOf(spec).map((each) => each.securityContext)].map((each) => each?.seLinuxOptions) // prettier-ignore
  const isWrong = options.some((each) => !seLinuxTypes.has(each?.type ?? '') || (each?.user ?? '') !== '' || (each?.role ?? '') !== '') // prettier-ignore
  return isWrong ? 'seLinuxOptions (a forbidden type, user or role is set)' : ''
}

const procMount = perContainer(
  ({ securityContext }) => (securityContext?.procMount ?? 'Default') !== 'Default',
  (who) => `procMount (${who} must not set securityContext.procMount to anything but "Default")`,
)

const appArmor: PodCheck = (spec, annotations) => {
  const profiles = [spec.securityContext, ...containersOf(spec).map((each) => each.securityContext)]
  const isField = profiles.some((each) => each?.appArmorProfile?.type === 'Unconfined')
  const isAnnotation = Object.entries(annotations).some(
    ([key, value]) => key.startsWith('container.apparmor.security.beta.kubernetes.io/') && value === 'unconfined',
  )
  return isField || isAnnotation ? 'forbidden AppArmor profile (must not be "Unconfined")' : ''
}

const unconfinedSeccomp: PodCheck = (spec) => {
  const contexts = [spec.securityContext, ...containersOf(spec).map((each) => each.securityContext)]
  return contexts.some((each) => each?.seccompProfile?.type === 'Unconfined')
    ? 'seccompProfile (must not set securityContext.seccompProfile.type to "Unconfined")'
    : ''
}

const sysctls: PodCheck = (spec) => {
  const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !safeSysctls.has(name))
  return names.length === 0 ? '' : `forbidden sysctls (${names.join(', ')})`
}

/** `baseline` of the Pod Security Standards: no known way from the pod to the node. (https://kubernetes.io/docs/concepts/security/pod-security-standards/) */
export const baseline: PodCheck[] = [
  hostNamespaces,
  privileged,
  capabilities,
  hostPathVolumes,
  hostPorts,
  appArmor,
  seLinux,
  procMount,
  unconfinedSeccomp,
  sysctls,
]

const harmlessVolumes = new Set(['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret', 'image']) // prettier-ignore

const restrictedVolumes: PodCheck = (spec) => {
  const wrong = (spec.volumes ?? []).filter((volume) =>
    Object.entries(volume).some(([key, value]) => key !== 'name' && value !== undefined && !harmlessVolumes.has(key)),
  )
  if (wrong.length === 0) return ''
  const types = wrong.flatMap((volume) => Object.keys(volume).filter((key) => key !== 'name'))
  return `restricted volume types (volume${wrong.length === 1 ? '' : 's'} ${quoted(wrong.map(({ name }) => name))} ${wrong.length === 1 ? 'uses' : 'use'} restricted volume type${wrong.length === 1 ? '' : 's'} ${quoted([...new Set(types)])})`
}

const escalation = perContainer(
  ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  (who) => `allowPrivilegeEscalation != false (${who} must set securityContext.allowPrivilegeEscalation=false)`,
)

const droppedCapabilities = perContainer(
  ({ securityContext }) => {
    const { add = [], drop = [] } = securityContext?.capabilities ?? {}
    return !drop.includes('ALL') || add.some((each) => each !== 'NET_BIND_SERVICE')
  },
  (who) => `unrestricted capabilities (${who} must set securityContext.capabilities.drop=["ALL"])`,
)

const nonRoot = perContainer(
  ({ securityContext }, spec) => (securityContext?.runAsNonRoot ?? spec.securityContext?.runAsNonRoot) !== true,
  (who) => `runAsNonRoot != true (pod or ${who} must set securityContext.runAsNonRoot=true)`,
)

const rootUser: PodCheck = (spec) => {
  const names = namesWhere(spec, ({ securityContext }) => securityContext?.runAsUser === 0)
  if (spec.securityContext?.runAsUser === 0) return 'runAsUser=0 (pod must not set runAsUser=0)'
  return names.length === 0 ? '' : `runAsUser=0 (${word(names)} must not set runAsUser=0)`
}

const seccomp = perContainer(
  ({ securityContext }, spec) =>
    !['RuntimeDefault', 'Localhost'].includes((securityContext?.seccompProfile ?? spec.securityContext?.seccompProfile)?.type ?? ''), // prettier-ignore
  (who) => `seccompProfile (pod or ${who} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`, // prettier-ignore
)

/** `restricted`: what is hardened by today's practice. It holds `baseline`; a check that it makes stricter stands here alone. */
export const restricted: PodCheck[] = [
  ...baseline.filter((check) => check !== capabilities && check !== unconfinedSeccomp && check !== hostPathVolumes),
  restrictedVolumes,
  escalation,
  droppedCapabilities,
  nonRoot,
  rootUser,
  seccomp,
]
