import type { KubeObject } from '../../kube/index.ts'
import { adoptedStage } from './adoptions.ts'

/** What people call the stages of resources/manifests; a stage that is not named here shows its id. */
const titles: Record<string, string> = {
  '1-namespace': 'Namespace and access',
  '2-configuration': 'Configuration',
  '3-storage-database': 'Storage and database',
  '4-migrations': 'Migrations',
  '5-backend': 'Backend, MCP and agents',
  '6-frontend': 'Frontend',
  '7-traffic': 'Traffic and scaling',
  '8-operations': 'Backups, monitoring and logs',
  [adoptedStage]: 'Adopted from the cluster',
}

const waitedFor = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job'])

export const stageTitle = (id: string) => titles[id] ?? id

/** The objects of a stage that the next one needs to be ready. */
export const workloadsOf = (objects: KubeObject[]) => objects.filter(({ kind }) => waitedFor.has(kind))

export function waitsOf(objects: KubeObject[]): string {
  const names = workloadsOf(objects).map(({ kind, metadata }) =>
    kind === 'Job' ? `${metadata.name} completed` : `${metadata.name} ready`,
  )
  return names.length > 0 ? `Waits until ${names.join(', ')}.` : 'Waits for nothing.'
}
