import { z } from 'zod'
import { eventIterator } from '@orpc/contract'
import { feedState, read, scope } from './base.ts'
import { podRow } from './pods.ts'
import { each, type RightsOf } from './right.ts'

/** One box of the service map: a Service of the namespace, its ports and the state of its pods. */
export const serviceNode = z.object({
  name: z.string(),
  ports: z.array(z.number()),
  clusterIp: z.string(),
  pods: z.array(z.object({ name: z.string(), health: podRow.shape.health })),
  health: podRow.shape.health,
  summary: z.string(),
  /** Services that this one calls, read from its pods' configuration. */
  calls: z.array(z.string()),
})
export type ServiceNode = z.infer<typeof serviceNode>

export const services = {
  map: read.input(scope).output(eventIterator(z.object({ feed: feedState, nodes: z.array(serviceNode) }))),
}

export const servicesRights = {
  map: each(['pods', 'services', 'configmaps', 'networkpolicies.networking.k8s.io'], 'list', 'watch'),
} satisfies RightsOf<typeof services>
