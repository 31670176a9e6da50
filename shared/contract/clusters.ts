import { z } from 'zod'
import { eventIterator } from '@orpc/contract'
import { clusterId, fault, permissions, read, time, write } from './base.ts'
import { inCluster, nothing, on, type RightsOf } from './right.ts'

export const environments = ['production', 'staging', 'edge', 'sandbox', 'other'] as const

export const environment = z.enum(environments)
export type Environment = z.infer<typeof environment>

/** One rung of the connection doctor, in the order they are tried. */
export const probeStage = z.object({
  id: z.enum(['kubeconfig', 'dns', 'tcp', 'tls', 'signIn', 'version']),
  state: z.enum(['passed', 'failed', 'notTried']),
  /** Milliseconds the stage took. */
  tookMs: z.number().optional(),
  detail: z.string(),
})
export type ProbeStage = z.infer<typeof probeStage>

export const cluster = z.object({
  id: clusterId,
  name: z.string(),
  environment,
  /** The kubeconfig file the context comes from; "built in" for the sandbox. */
  source: z.string(),
  server: z.string(),
  /** The namespace the context names, else the suite's own. */
  namespace: z.string(),
  health: z.enum([
    'unknown',
    'checking',
    'starting',
    'stopped',
    'healthy',
    'warning',
    'degraded',
    'limited',
    'unreachable',
  ]),
  /** One line for people: "1 pod crashing", "last contact 13:58". */
  summary: z.string(),
  version: z.string().optional(),
  latencyMs: z.number().optional(),
  role: z.enum(permissions).optional(),
  checkedAt: time.optional(),
  probe: z.array(probeStage),
  fault: fault.optional(),
  nodes: z.object({ ready: z.number(), total: z.number() }).optional(),
  pods: z.object({ ready: z.number(), total: z.number() }).optional(),
  /** Fractions of what the nodes can allocate, 0..1. */
  use: z.object({ cpu: z.number(), memory: z.number() }).optional(),
  suiteVersion: z.string().optional(),
  lastBackup: z.object({ at: time, state: z.enum(['intact', 'verified']) }).optional(),
})
export type Cluster = z.infer<typeof cluster>

/** A kubeconfig, or an entry of one, that cannot be used. The others are. */
export const kubeconfigProblem = z.object({ path: z.string(), line: z.number().optional(), message: z.string() })

export const clusters = {
  /** Emits the whole list, at once and on every change: there are tens of clusters, not thousands. */
  watch: read.output(eventIterator(z.object({ clusters: z.array(cluster), problems: z.array(kubeconfigProblem) }))),
  /** Probes one cluster, or all. */
  check: read.input(z.object({ cluster: clusterId.optional() })).output(z.void()),
  setEnvironment: write('changed the environment of a cluster', 'read_only')
    .input(z.object({ cluster: clusterId, environment }))
    .output(z.void()),
  namespaces: read
    .input(z.object({ cluster: clusterId }))
    .output(z.object({ namespaces: z.array(z.string()), complete: z.boolean() })),
  /** What the signed-in user may do in a namespace, as far as this product asks. */
  permissions: read
    .input(z.object({ cluster: clusterId, namespace: z.string() }))
    .output(z.array(z.object({ verb: z.string(), resource: z.string(), allowed: z.boolean() }))),
}

export const clustersRights = {
  watch: [on('pods', 'list'), inCluster('nodes', 'list'), inCluster('nodes.metrics.k8s.io', 'list')],
  check: [on('pods', 'list'), inCluster('nodes', 'list'), inCluster('nodes.metrics.k8s.io', 'list')],
  setEnvironment: nothing,
  namespaces: [inCluster('namespaces', 'list')],
  permissions: nothing,
} satisfies RightsOf<typeof clusters>
