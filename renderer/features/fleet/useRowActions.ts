import { FolderOpen, Play, RefreshCw, Square, Trash2 } from 'lucide-react'
import { environments, type Cluster } from '#shared/contract/clusters.ts'
import { confirm, navigate, reportError } from '../../app/index.ts'
import { engine } from '../../client/index.ts'
import type { MenuItem } from '../../kit/index.ts'

function attempt(title: string, work: () => Promise<unknown>): void {
  work().catch((thrown: unknown) => reportError(thrown, title))
}

/** What can be done with a whole cluster. */
export function useRowActions(cluster: Cluster): MenuItem[] {
  return [
    { id: 'open', title: 'Open', icon: FolderOpen, perform: () => navigate({ page: 'overview', cluster: cluster.id }) },
    {
      id: 'check',
      title: 'Check now',
      icon: RefreshCw,
      perform: () =>
        attempt(`${cluster.name} was not checked.`, () => engine().clusters.check({ cluster: cluster.id })),
    },
    ...(cluster.id === 'sandbox' ? sandboxItems(cluster) : environmentItems(cluster)),
  ]
}

function environmentItems(cluster: Cluster): MenuItem[] {
  return environments
    .filter((environment) => environment !== 'sandbox' && environment !== cluster.environment)
    .map((environment, index) => ({
      id: environment,
      title: `Treat as ${environment}`,
      separated: index === 0,
      perform: () =>
        attempt(`The environment of ${cluster.name} was not changed.`, () =>
          engine().clusters.setEnvironment({ cluster: cluster.id, environment }),
        ),
    }))
}

function sandboxItems(cluster: Cluster): MenuItem[] {
  const isStopped = cluster.health === 'stopped'
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
