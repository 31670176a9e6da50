import { FolderOpen, Play, RefreshCw, Square, Trash2 } from 'lucide-react'
import { environments, type Environment } from '#shared/contract/clusters.ts'
import { confirm, navigate, reportError } from '../../app/index.ts'
import { engine } from '../../client/index.ts'
import type { MenuItem } from '../../kit/index.ts'
import type { FleetRow } from './fleetRows.ts'

function attempt(title: string, work: () => Promise<unknown>): void {
  work().catch((thrown: unknown) => reportError(thrown, title))
}

/** What can be done with a whole cluster. */
export function useRowActions(row: FleetRow): MenuItem[] {
  const { id: context } = row.best
  return [
    { id: 'open', title: 'Open', icon: FolderOpen, perform: () => navigate({ page: 'overview', cluster: context }) },
    {
      id: 'check',
      title: 'Check now',
      icon: RefreshCw,
      perform: () => attempt(`${row.name} was not checked.`, () => engine().clusters.check({ context })),
    },
    ...(row.environment === 'sandbox' ? sandboxItems(row) : environmentItems(row)),
  ]
}

function environmentItems(row: FleetRow): MenuItem[] {
  const isLowered = row.environment === 'production'
  return environments
    .filter((environment) => environment !== 'sandbox' && environment !== row.environment)
    .map((environment, index) => ({
      id: environment,
      title: `Treat as ${environment}${isLowered ? '…' : ''}`,
      separated: index === 0,
      perform: () =>
        attempt(`The environment of ${row.name} was not changed.`, () =>
          isLowered
            ? lowerEnvironment(row, environment)
            : engine().clusters.setEnvironment({ context: row.best.id, environment }),
        ),
    }))
}

async function lowerEnvironment({ best, name }: FleetRow, environment: Environment): Promise<void> {
  const confirmation = await confirm({
    level: 3,
    title: `Treat ${name} as ${environment}?`,
    message:
      'Restores, deployments and deletions there will no longer ask for the name of the cluster. This holds for every context that leads to it.',
    confirmLabel: `Treat as ${environment}`,
    cancelLabel: 'Keep production',
    isDanger: true,
    cluster: best.id,
  })
  if (confirmation) await engine().clusters.lowerEnvironment({ context: best.id, environment, confirmation })
}

function sandboxItems(row: FleetRow): MenuItem[] {
  const isStopped = row.best.health === 'stopped'
  return [
    isStopped
      ? { id: 'start', title: 'Start', icon: Play, separated: true, perform: startSandbox }
      : {
          id: 'stop',
          title: 'Stop',
          icon: Square,
          separated: true,
          perform: () => attempt('The sandbox was not stopped.', () => engine().sandbox.stop()),
        },
    { id: 'reset', title: 'Reset…', icon: Trash2, danger: true, perform: () => void resetSandbox() },
  ]
}

export function startSandbox(): void {
  attempt('The sandbox did not start.', () => engine().sandbox.start())
}

async function resetSandbox(): Promise<void> {
  const confirmation = await confirm({
    level: 2,
    title: 'Reset the sandbox?',
    message:
      'Every object and volume of the sandbox is deleted, with the databases in them. Backups on this computer stay.',
    warning: 'This cannot be undone.',
    confirmLabel: 'Reset the sandbox',
    cancelLabel: 'Keep it',
    isDanger: true,
    cluster: 'sandbox',
  })
  if (confirmation) attempt('The sandbox was not reset.', () => engine().sandbox.reset({ confirmation }))
}
