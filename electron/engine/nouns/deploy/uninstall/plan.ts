import { randomUUID } from 'node:crypto'
import type { UninstalledVolume, UninstallPlan } from '#shared/contract/uninstall.ts'
import { ConsoleError, faultOf } from '#shared/errors.ts'
import { accessReview, discover, type ClusterConnection, type KubeObject } from '../../../kube/index.ts'
import { counted, idOf, titleOf } from '../../../objects/objects.ts'
import { claimOf, type Inventory } from './inventory.ts'

/** What is data, or needed to read it: without the Secret nobody opens the database. */
const dataKinds: ReadonlySet<string> = new Set(['PersistentVolumeClaim', 'Secret'])

/** Namespaces that a cluster needs itself. */
const isOfCluster = (namespace: string): boolean => namespace === 'default' || namespace.startsWith('kube-')

export interface Circumstances {
  namespace: string
  version: string | undefined
  openRestores: UninstallPlan['openRestores']
  backups: UninstallPlan['backups']
  now: number
}

/** What an uninstall would delete, and what it would leave. */
export function planOf(inventory: Inventory, blockers: UninstallPlan['blockers'], about: Circumstances): UninstallPlan {
  const { namespace, now, version, openRestores, backups } = about
  const stays = whyNamespaceStays(inventory, namespace)
  const row = (object: KubeObject, isClusterScoped: boolean) => ({
    id: idOf(object),
    kind: object.kind,
    name: object.metadata.name,
    isClusterScoped,
    isData: object.kind === 'Namespace' || dataKinds.has(object.kind),
  })
  const wholes = stays === undefined && inventory.namespace ? [inventory.namespace] : []
  const volumes = volumesOf(inventory)
  return {
    id: randomUUID(),
    madeAt: now,
    namespace,
    ...(version !== undefined && { version }),
    objects: [
      ...inventory.own.map((object) => row(object, false)),
      ...[...inventory.clusterScoped, ...wholes].map((object) => row(object, true)),
    ],
    volumes,
    ...(stays !== undefined && { namespaceStays: stays }),
    left: leftovers(inventory, volumes, backups),
    openRestores,
    backups,
    unread: inventory.unread,
    blockers,
  }
}

function whyNamespaceStays({ namespace, foreign, unread }: Inventory, name: string): string | undefined {
  if (!namespace) return 'The namespace could not be read.'
  if (isOfCluster(name)) return `${name} belongs to the cluster.`
  if (unread.length > 0) return `Not everything in it could be listed: ${unread.map(({ kind }) => kind).join(', ')}.`
  if (foreign.length === 0) return undefined
  const some = foreign.slice(0, 3).map(titleOf).join(', ')
  return `It also holds ${counted(foreign.length, 'object')} of other software: ${some}${foreign.length > 3 ? ', …' : ''}.` // prettier-ignore
}

function volumesOf({ own, volumes }: Inventory): UninstalledVolume[] {
  return own
    .filter(({ kind }) => kind === 'PersistentVolumeClaim')
    .map(({ metadata, spec }) => {
      const volume = volumes.find((each) => claimOf(each).name === metadata.name)
      const requests = (spec as { resources?: { requests?: { storage?: string } } } | undefined)?.resources?.requests
      const policy = volume?.spec?.['persistentVolumeReclaimPolicy']
      return {
        claim: metadata.name,
        size: requests?.storage ?? '',
        ...(volume && { volume: volume.metadata.name }),
        ...((policy === 'Delete' || policy === 'Retain' || policy === 'Recycle') && { reclaimPolicy: policy }),
      }
    })
}

function leftovers(
  { shared }: Inventory,
  volumes: readonly UninstalledVolume[],
  { count }: UninstallPlan['backups'],
): UninstallPlan['left'] {
  const retained = volumes.filter(({ reclaimPolicy }) => reclaimPolicy === 'Retain')
  return [
    ...shared.map((role) => ({
      what: titleOf(role),
      detail: 'Other bindings name it, so another suite of this cluster needs it.',
    })),
    ...retained.map(({ volume = '', claim }) => ({
      what: `PersistentVolume ${volume}`,
      detail: `Its reclaim policy is Retain: the data of ${claim} stays on it. Delete the volume and its disk by hand when nothing needs them.`,
    })),
    ...(count > 0
      ? [
          {
            what: `${counted(count, 'backup')} on this workstation`,
            detail: 'They stay under Backups and can be restored into a new installation.',
          },
        ]
      : []),
    { what: 'Audit log and task history', detail: 'They are on this workstation and stay.' },
    {
      what: 'Images on the nodes',
      detail: 'Each node removes unused images by itself when it needs the space.',
    },
  ]
}

/** Rights without which an uninstall would stop half way. */
export async function missingRights(
  connection: ClusterConnection,
  inventory: Inventory,
  namespace: string,
  signal?: AbortSignal,
): Promise<UninstallPlan['blockers']> {
  const resources = await discover(connection, signal ? { signal } : {})
  const doomed = [...inventory.own, ...inventory.clusterScoped, ...(inventory.namespace ? [inventory.namespace] : [])]
  const checks = new Map<string, { verb: 'delete'; group: string; resource: string; namespace?: string }>()
  for (const { apiVersion, kind } of doomed) {
    const resource = resources.ofKind(apiVersion, kind)
    if (!resource) continue
    const { group, name, namespaced } = resource
    checks.set(`${group} ${name}`, { verb: 'delete', group, resource: name, ...(namespaced && { namespace }) })
  }
  const answers = await accessReview(connection, [...checks.values()], signal ? { signal } : {})
  const missing = answers.filter(({ allowed }) => !allowed).map(({ resource }) => resource)
  if (missing.length === 0) return []
  const why = `You may not delete ${missing.join(', ')} here. Ask an administrator of the cluster to uninstall the suite.`
  return [faultOf(new ConsoleError('FORBIDDEN', why, { resources: missing }))]
}
