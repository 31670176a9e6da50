import { oc } from '@orpc/contract'
import { z } from 'zod'

/** What a call does to the world. Menus, palette, confirmation, audit and role checks are derived from it. */
export type Effect = 'read' | 'write' | 'destructive'

/** The permission levels of the administration guide, lowest first. */
export const permissions = ['read_only', 'operator', 'administrator'] as const
export type Permission = (typeof permissions)[number]

export interface CallMeta {
  effect: Effect
  permission: Permission
  /** The sentence the audit log begins with, for everything that writes: "deleted pods". Absent on reads. */
  audit?: string
  /** A person must have confirmed it: 2 a dialog, 3 the cluster's name typed where the cluster is production. */
  confirmation?: 2 | 3
  /** Paths of the input whose values may be secrets: the audit log keeps their keys alone. */
  secret?: string[]
  [key: string]: unknown
}

const builder = oc.$meta<CallMeta>({ effect: 'read', permission: 'read_only' })

/** A call or stream that changes nothing. */
export const read = builder.meta({ effect: 'read', permission: 'read_only' })

/**
 * A call that changes something.
 * @param audit the sentence the audit log begins with
 * @param secret paths of the input that the audit log does not keep
 */
export function write(audit: string, permission: Permission = 'operator', secret: string[] = []) {
  return builder.meta({ effect: 'write', permission, audit, secret })
}

/** What a destructive call states beside its audit sentence. */
export interface Destructive {
  /** The sentence the audit log begins with. */
  audit: string
  /** 2: a dialog. 3: the cluster's name typed where the cluster is production. */
  level: 2 | 3
  /** `operator` where nothing is said. */
  permission?: Permission
  /** Paths of the input whose values may be secrets: the audit log keeps their keys alone. */
  secret?: string[]
}

/** A call that destroys or interrupts: it needs a `confirmation` in its input, checked in the engine. */
export function destructive({ audit, level, permission = 'operator', secret = [] }: Destructive) {
  return builder.meta({ effect: 'destructive', permission, audit, confirmation: level, secret })
}

/** RFC 1123 label or subdomain: what Kubernetes accepts as a name; never starts with a dash, so it is never taken for a flag. */
export const kubeName = z
  .string()
  .min(1)
  .max(253)
  .regex(
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/,
    'Use lower-case letters, digits, dots and dashes, and begin with a letter or digit.',
  )

/** A way to a cluster: `sandbox`, or `context:<name>` for a context of a kubeconfig. */
export const contextId = z.string().min(1).max(512)

/** Identity of a cluster, whatever leads to it; what is kept about a cluster is kept under it. */
export const clusterId = z.string().min(1).max(512)

/** One suite, and the way to it: what suite calls take. */
export const scope = z.object({ context: contextId, namespace: kubeName })
export type Scope = z.infer<typeof scope>

/** One installation of the suite, whatever leads to its cluster: what backups, tasks and records are kept under. */
export const suite = z.object({ cluster: clusterId, namespace: kubeName })
export type Suite = z.infer<typeof suite>

/** Milliseconds since 1970, UTC. */
export const time = z.number()

/** What the person did in the dialog. */
export const confirmation = z.object({
  /** On production: the cluster's name as typed. */
  typedName: z.string().max(253).optional(),
  /** Kept in the audit log. */
  reason: z.string().max(1000).optional(),
})

/** Names a stream for acknowledgement, input and closing; made by the window, unique per window. */
export const streamId = z.string().min(8).max(64)

/** An error as data, where it is part of a state rather than the end of a call. */
export const fault = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).default({}),
})
export type Fault = z.infer<typeof fault>

/** The state of a live list: what is on screen is current, loading, or as old as `since`. */
export const feedState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('loading') }),
  z.object({ state: z.literal('live') }),
  /** Without a fault it is what an earlier visit saw, while what has changed since is being read. */
  z.object({ state: z.literal('stale'), since: time, fault: fault.optional() }),
  z.object({ state: z.literal('failed'), fault }),
])
export type FeedState = z.infer<typeof feedState>
