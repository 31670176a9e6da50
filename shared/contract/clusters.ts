import { z } from 'zod'
import { eventIterator } from '@orpc/contract'
import { clusterId, confirmation, contextId, destructive, fault, permissions, read, time, write } from './base.ts'
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

/** One way to a cluster: who one is there, and what was seen by it. */
export const contextRow = z.object({
  id: contextId,
  name: z.string(),
  /** The cluster this context leads to; what is kept about it is kept under this id. */
  cluster: clusterId,
  /** That of the cluster, so that a place can be marked without looking for its row. */
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
    /** It answers. Its pods and nodes were not looked at: no page has it open. */
    'reachable',
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
  /** As the last access review said, which may have been in an earlier session. */
  role: z.enum(permissions).optional(),
  /** The last check of any kind. */
  checkedAt: time.optional(),
  /** The last time nodes, pods and suites were read: the figures are from then. */
  lookedAt: time.optional(),
  probe: z.array(probeStage),
  fault: fault.optional(),
  nodes: z.object({ ready: z.number(), total: z.number() }).optional(),
  pods: z.object({ ready: z.number(), total: z.number() }).optional(),
  /** Fractions of what the nodes can allocate, 0..1. */
  use: z.object({ cpu: z.number(), memory: z.number() }).optional(),
  suiteVersion: z.string().optional(),
})
export type ContextRow = z.infer<typeof contextRow>

/** One installation of the suite in a cluster. */
export const suiteRow = z.object({
  namespace: z.string(),
  /** Of the backend that runs; absent where none does. */
  version: z.string().optional(),
  pods: z.object({ ready: z.number(), total: z.number() }),
  lastBackup: z.object({ at: time, state: z.enum(['intact', 'verified', 'damaged']) }).optional(),
})
export type SuiteRow = z.infer<typeof suiteRow>

/** One cluster, however many contexts lead to it. */
export const clusterRow = z.object({
  id: clusterId,
  /** That of its first context in the kubeconfig files. */
  name: z.string(),
  environment,
  /** uid: of the namespace kube-system. certificate: certificate authority and server, where that namespace may not be read. */
  identity: z.enum(['uid', 'certificate']),
  /** The contexts that lead to it, the best one first: reachable, with the highest role, used last. */
  contexts: z.array(contextId),
  /** Ids under which earlier sessions and versions knew it; entries of the audit log keep them. */
  formerIds: z.array(z.string()),
  suites: z.array(suiteRow),
  /** all: of every namespace. some: of the namespaces that may be read. Else the list says nothing about what there is. */
  suitesSeen: z.enum(['all', 'some', 'failed', 'notAsked']),
})
export type ClusterRow = z.infer<typeof clusterRow>

/** A kubeconfig, or an entry of one, that cannot be used (error) or is odd and used all the same (warning). The others are used. */
export const kubeconfigProblem = z.object({
  path: z.string(),
  line: z.number().optional(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
})

export const clusters = {
  /** Emits everything, at once and on every change: there are tens of clusters, not thousands. */
  watch: read.output(
    eventIterator(
      z.object({
        contexts: z.array(contextRow),
        clusters: z.array(clusterRow),
        problems: z.array(kubeconfigProblem),
      }),
    ),
  ),
  /**
   * While somebody reads this, these contexts (all when none is named) are looked at closely every 30 s; others that were opened
   * in this session are only asked for version and access, every 5 minutes, and the rest nothing. Emits each check that has ended.
   */
  checks: read
    .input(z.object({ contexts: z.array(contextId).max(1000).optional() }))
    .output(eventIterator(z.object({ context: contextId, at: time }))),
  /** Looks at one context now, or at all. */
  check: read.input(z.object({ context: contextId.optional() })).output(z.void()),
  /** Any change that keeps the protection of production, or adds it. */
  setEnvironment: write('changed the environment of a cluster', 'read_only')
    .input(z.object({ context: contextId, environment }))
    .output(z.void()),
  /** Production no longer: confirmations no longer ask for the cluster's name. */
  lowerEnvironment: destructive({
    audit: 'lowered the environment of a production cluster',
    level: 3,
    permission: 'administrator',
  })
    .input(z.object({ context: contextId, environment, confirmation }))
    .output(z.void()),
  namespaces: read
    .input(z.object({ context: contextId }))
    .output(z.object({ namespaces: z.array(z.string()), complete: z.boolean() })),
}

const looking = [
  inCluster('namespaces', 'get'),
  on('pods', 'list'),
  on('configmaps', 'list'),
  inCluster('nodes', 'list'),
  inCluster('nodes.metrics.k8s.io', 'list'),
]

export const clustersRights = {
  watch: looking,
  checks: looking,
  check: looking,
  setEnvironment: nothing,
  lowerEnvironment: nothing,
  namespaces: [inCluster('namespaces', 'list')],
} satisfies RightsOf<typeof clusters>
