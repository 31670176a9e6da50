/** The fields of pods, services and endpoints that the node reads and writes; everything else passes through untouched. */
import type { KubeObject } from '../store/types.ts'

export interface KeySelector {
  name?: string
  key: string
  optional?: boolean
}

export interface EnvironmentSource {
  fieldRef?: { fieldPath: string }
  resourceFieldRef?: { containerName?: string; resource: string; divisor?: string }
  configMapKeyRef?: KeySelector
  secretKeyRef?: KeySelector
}

interface EnvironmentVariable {
  name: string
  value?: string
  valueFrom?: EnvironmentSource
}

interface EnvironmentImport {
  prefix?: string
  configMapRef?: { name?: string; optional?: boolean }
  secretRef?: { name?: string; optional?: boolean }
}

interface ExecAction {
  command?: string[]
}

export interface HttpGetAction {
  path?: string
  port: number | string
  host?: string
  scheme?: string
  httpHeaders?: { name: string; value: string }[]
}

export interface ProbeAction {
  exec?: ExecAction
  httpGet?: HttpGetAction
  tcpSocket?: { port: number | string; host?: string }
}

export interface Probe extends ProbeAction {
  initialDelaySeconds?: number
  timeoutSeconds?: number
  periodSeconds?: number
  successThreshold?: number
  failureThreshold?: number
  terminationGracePeriodSeconds?: number
}

interface VolumeMount {
  name: string
  mountPath: string
  subPath?: string
  subPathExpr?: string
  readOnly?: boolean
}

interface ContainerPort {
  name?: string
  containerPort: number
  protocol?: string
}

export interface Container {
  name: string
  image: string
  command?: string[]
  args?: string[]
  workingDir?: string
  env?: EnvironmentVariable[]
  envFrom?: EnvironmentImport[]
  ports?: ContainerPort[]
  resources?: { requests?: Record<string, string | number>; limits?: Record<string, string | number> }
  volumeMounts?: VolumeMount[]
  livenessProbe?: Probe
  readinessProbe?: Probe
  startupProbe?: Probe
  lifecycle?: {
    preStop?: ProbeAction & { sleep?: { seconds: number } }
    postStart?: ProbeAction & { sleep?: { seconds: number } }
  }
  /** `Always` on an init container makes it a sidecar. */
  restartPolicy?: string
  stdin?: boolean
  stdinOnce?: boolean
  tty?: boolean
  terminationMessagePath?: string
  terminationMessagePolicy?: string
  securityContext?: Record<string, unknown>
}

export interface KeyToPath {
  key: string
  path: string
  mode?: number
}

export interface DownwardFile {
  path: string
  fieldRef?: { fieldPath: string }
  resourceFieldRef?: { containerName?: string; resource: string; divisor?: string }
}

export interface ProjectedSource {
  configMap?: { name?: string; items?: KeyToPath[]; optional?: boolean }
  secret?: { name?: string; items?: KeyToPath[]; optional?: boolean }
  downwardAPI?: { items?: DownwardFile[] }
  serviceAccountToken?: { path: string }
}

export interface Volume {
  name: string
  emptyDir?: { medium?: string }
  configMap?: { name?: string; items?: KeyToPath[]; optional?: boolean; defaultMode?: number }
  secret?: { secretName?: string; items?: KeyToPath[]; optional?: boolean; defaultMode?: number }
  downwardAPI?: { items?: DownwardFile[]; defaultMode?: number }
  projected?: { sources?: ProjectedSource[]; defaultMode?: number }
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean }
  [source: string]: unknown
}

export interface PodSpec {
  nodeName?: string
  containers: Container[]
  initContainers?: Container[]
  volumes?: Volume[]
  restartPolicy?: 'Always' | 'OnFailure' | 'Never'
  terminationGracePeriodSeconds?: number
  activeDeadlineSeconds?: number
  hostname?: string
  subdomain?: string
  serviceAccountName?: string
  enableServiceLinks?: boolean
  securityContext?: Record<string, unknown>
  readinessGates?: { conditionType: string }[]
  [field: string]: unknown
}

export interface TerminatedState {
  exitCode: number
  signal?: number
  reason?: string
  message?: string
  startedAt?: string
  finishedAt?: string
  containerID?: string
}

export interface ContainerState {
  waiting?: { reason: string; message?: string }
  running?: { startedAt: string }
  terminated?: TerminatedState
}

export interface ContainerStatus {
  name: string
  state: ContainerState
  lastState: ContainerState
  ready: boolean
  started?: boolean
  restartCount: number
  image: string
  imageID: string
  containerID?: string
}

export interface PodCondition {
  type: string
  status: 'True' | 'False'
  reason?: string
  message?: string
  lastTransitionTime: string
  lastProbeTime: null
}

export interface PodStatus {
  phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
  conditions?: PodCondition[]
  reason?: string
  message?: string
  hostIP?: string
  hostIPs?: { ip: string }[]
  podIP?: string
  podIPs?: { ip: string }[]
  startTime?: string
  qosClass?: string
  initContainerStatuses?: ContainerStatus[]
  containerStatuses?: ContainerStatus[]
  [field: string]: unknown
}

export type Pod = KubeObject & { spec: PodSpec; status?: PodStatus }

interface ServiceSpec {
  clusterIP?: string
  type?: string
  selector?: Record<string, string>
  ports?: { name?: string; port: number; targetPort?: number | string; protocol?: string; nodePort?: number }[]
  externalName?: string
  publishNotReadyAddresses?: boolean
}

export type Service = KubeObject & { spec: ServiceSpec }

interface EndpointSliceEndpoint {
  addresses: string[]
  hostname?: string
  conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean }
}

export type EndpointSlice = KubeObject & {
  endpoints?: EndpointSliceEndpoint[]
  ports?: { name?: string; port?: number; protocol?: string }[]
}

export type ConfigMap = KubeObject & { data?: Record<string, string>; binaryData?: Record<string, string> }

/** Secret values are base64 in the API. */
export type Secret = KubeObject & { data?: Record<string, string> }
