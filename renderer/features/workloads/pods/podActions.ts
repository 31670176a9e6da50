import type { Scope } from '#shared/contract/base.ts'
import type { PodRow } from '#shared/contract/pods.ts'
import { confirm, navigate, openDockTab, reportError, toast } from '../../../app/index.ts'
import { engine } from '../../../client/index.ts'
import { plural } from '../../../kit/index.ts'

export function openLogs(rows: readonly PodRow[], isPrevious = false): void {
  navigate({
    page: 'logs',
    parameters: { pods: rows.map((row) => row.name), previous: isPrevious },
  })
}

export function openShell(scope: Scope, row: PodRow, container = row.containers[0] ?? ''): void {
  openDockTab({
    kind: 'shell',
    title: 'sh',
    subtitle: row.name.replace(/^agency-swarm-/, ''),
    cluster: scope.context,
    namespace: scope.namespace,
    parameters: { pod: row.name, container },
  })
}

export function copyNames(rows: readonly PodRow[]): void {
  void navigator.clipboard.writeText(rows.map((row) => row.name).join('\n')).then(
    () => toast({ status: 'healthy', title: `${plural(rows.length, 'name')} copied` }),
    (thrown: unknown) => reportError(thrown, 'The names could not be copied'),
  )
}

/** Asks, then deletes. The rows stay until the watch says that the pods are gone. @returns whether it was done */
export async function deletePods(scope: Scope, rows: readonly PodRow[]): Promise<boolean> {
  const orphans = rows.filter((row) => row.owner === null)
  const confirmation = await confirm({
    level: 2,
    title: rows.length === 1 ? `Delete ${rows[0]?.name ?? 'this pod'}?` : `Delete ${rows.length} pods?`,
    message: consequences(rows),
    ...(orphans.length > 0 && {
      warning: `${orphans.map((row) => row.name).join(', ')} ${orphans.length === 1 ? 'has' : 'have'} no controller and will not come back.`,
    }),
    confirmLabel: `Delete ${plural(rows.length, 'pod')}`,
    cancelLabel: 'Keep running',
    isDanger: true,
    cluster: scope.context,
  })
  if (!confirmation) return false
  try {
    await engine().pods.delete({ ...scope, names: rows.map((row) => row.name), confirmation })
    return true
  } catch (thrown) {
    reportError(thrown, rows.length === 1 ? 'The pod was not deleted' : 'The pods were not deleted', scope.context)
    return false
  }
}

/** Who brings the pods back, and which services have none left until then. */
export function consequences(rows: readonly PodRow[]): string {
  const owners = [...new Set(rows.flatMap((row) => (row.owner ? [`${row.owner.kind} ${row.owner.name}`] : [])))]
  const back =
    owners.length > 0
      ? `${owners.join(', ')} ${owners.length === 1 ? 'starts' : 'start'} new ones under new names.`
      : ''
  return `Each pod is asked to end and has its grace period to finish what it does. ${back} Volumes stay.`.replace(
    '  ',
    ' ',
  )
}
