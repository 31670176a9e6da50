import type { Permission } from '#shared/contract/base.ts'
import type { ContextRow } from '#shared/contract/clusters.ts'
import type { StatusKind } from '../kit/index.ts'

/** How the health of a cluster is drawn and named. */
export const healthWords: Record<ContextRow['health'], { status: StatusKind; word: string }> = {
  unknown: { status: 'unknown', word: 'Not checked' },
  checking: { status: 'progress', word: 'Checking' },
  starting: { status: 'progress', word: 'Starting' },
  stopped: { status: 'off', word: 'Stopped' },
  reachable: { status: 'info', word: 'Reachable' },
  healthy: { status: 'healthy', word: 'Healthy' },
  warning: { status: 'warning', word: 'Warning' },
  degraded: { status: 'failed', word: 'Degraded' },
  limited: { status: 'noAccess', word: 'Limited' },
  unreachable: { status: 'unknown', word: 'Unreachable' },
}

export const roleWords: Record<Permission, string> = {
  administrator: 'Administrator',
  operator: 'Operator',
  read_only: 'Read only',
}
