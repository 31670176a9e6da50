import type { EventRow } from '#shared/contract/events.ts'

/** A port that a container declares. */
export interface ContainerPort {
  port: number
  protocol: 'TCP' | 'UDP' | 'SCTP'
}

/** What the drawer shows of `pods.detail`. */
export interface PodDetail {
  containers: {
    name: string
    kind: 'container' | 'sidecar' | 'init' | 'ephemeral'
    image: string
    state: string
    ready: boolean
    restarts: number
    lastState: string
    ports: ContainerPort[]
  }[]
  conditions: { type: string; status: string; reason: string; message: string }[]
  events: EventRow[]
}
