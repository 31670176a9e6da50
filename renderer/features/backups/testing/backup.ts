import type { Backup } from '#shared/contract/backups.ts'

/** An intact backup of a small database, with whatever a test wants different. */
export function backup(values: Partial<Backup> = {}): Backup {
  return {
    id: 'bk-20261123-101500',
    cluster: 'sandbox',
    clusterName: 'sandbox',
    namespace: 'agency-swarm',
    takenAt: Date.UTC(2026, 10, 23, 10, 15),
    tookMs: 4_200,
    by: 'root',
    reason: '',
    bytes: 1_200_000,
    state: 'intact',
    database: {
      name: 'agency_swarm',
      bytes: 9_000_000,
      serverVersion: '15.10',
      dumpVersion: '15.10',
      extensions: [{ name: 'vector', version: '0.8.0' }],
      schemaVersion: '3',
      tables: [
        { name: 'agents', rows: 4 },
        { name: 'tasks', rows: 120 },
      ],
      sequences: [],
    },
    images: { backend: 'agency-swarm/backend:0.1.0' },
    members: [{ name: 'database.dump', bytes: 1_199_000, sha256: 'ab'.repeat(32) }],
    directory: '/backups/bk-20261123-101500',
    ...values,
  }
}
