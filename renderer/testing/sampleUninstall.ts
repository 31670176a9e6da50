import type { UninstallPlan } from '#shared/contract/uninstall.ts'

const object = (kind: string, name: string, more: { isData?: boolean; isClusterScoped?: boolean } = {}) => ({
  id: `v1 ${kind} ${name}`,
  kind,
  name,
  isData: more.isData ?? false,
  isClusterScoped: more.isClusterScoped ?? false,
})

/** An invented suite with one restore that can still be undone, and one volume that its storage keeps. */
export const sampleUninstall: UninstallPlan = {
  id: 'list-1',
  madeAt: 0,
  namespace: 'agency-swarm',
  version: '2.3.1',
  objects: [
    object('Deployment', 'agency-swarm-backend'),
    object('Deployment', 'agency-swarm-frontend'),
    object('StatefulSet', 'agency-swarm-postgresql'),
    object('ConfigMap', 'agency-swarm-config'),
    object('Secret', 'agency-swarm-secrets', { isData: true }),
    object('PersistentVolumeClaim', 'data-agency-swarm-postgresql-0', { isData: true }),
    object('ClusterRoleBinding', 'agency-swarm-admin-agency-swarm', { isClusterScoped: true }),
    object('Namespace', 'agency-swarm', { isData: true, isClusterScoped: true }),
  ],
  volumes: [{ claim: 'data-agency-swarm-postgresql-0', volume: 'pvc-1', size: '50Gi', reclaimPolicy: 'Delete' }],
  left: [
    {
      what: '3 backups on this workstation',
      detail: 'They stay under Backups and can be restored into a new installation.',
    },
  ],
  openRestores: [{ id: 'restore-1', at: 0, message: 'The previous database is kept.' }],
  backups: { count: 3, newestAt: 0 },
  unread: [],
  blockers: [],
}
