import type { DriftReport } from '#shared/contract/drift.ts'
import type { ReleaseRow } from '#shared/contract/releases.ts'

/** Invented releases of a cluster, and what drifted from the live one. */

const minute = 60_000
const day = 24 * 60 * minute
const now = () => Date.now()

export function sampleReleases(): ReleaseRow[] {
  const row = (values: Partial<ReleaseRow> & Pick<ReleaseRow, 'id' | 'version' | 'startedAt'>): ReleaseRow => ({
    profile: 'production',
    state: 'done',
    kind: 'deploy',
    endedAt: values.startedAt + 17 * minute + 42_000,
    by: 'maya',
    digest: '4f1c9a02b7e353cd'.repeat(4),
    schema: '0044_usage',
    stage: '',
    fault: null,
    isCurrent: false,
    back: { state: 'stays', detail: 'Stays at 0044: what came after only adds.', migrations: [] },
    ...values,
  })
  return [
    row({
      id: 'r5',
      version: '2.3.1',
      startedAt: now() - 7 * day,
      isCurrent: true,
      back: { state: 'none', detail: '', migrations: [] },
    }),
    row({
      id: 'r4',
      version: '2.4.0',
      startedAt: now() - 7.1 * day,
      state: 'undone',
      by: 'jlindqvist',
      fault: { code: 'DEPLOY_FAILED', message: 'Container backend exited with code 1.', details: {} },
    }),
    row({ id: 'r3', version: '2.3.0', startedAt: now() - 21 * day, by: 'jlindqvist', schema: '0044_usage' }),
    row({
      id: 'r2',
      version: '2.2.4',
      startedAt: now() - 42 * day,
      schema: '0041_tasks',
      back: {
        state: 'restore',
        detail: '0043 dropped a column that 2.2.4 reads. Restore the backup of 28 Oct.',
        migrations: ['0042_roles', '0043_tasks'],
      },
    }),
    row({
      id: 'r1',
      version: '2.2.3',
      startedAt: now() - 49 * day,
      schema: '',
      back: { state: 'unknown', detail: '', migrations: [] },
    }),
  ]
}

export function sampleDrift(): DriftReport {
  return {
    release: 'r5',
    checkedAt: now() - 2 * minute,
    compared: 31,
    unread: [],
    objects: [
      {
        id: 'apps/v1 Deployment agency-swarm-backend',
        kind: 'Deployment',
        name: 'agency-swarm-backend',
        state: 'changed',
        fields: [
          {
            path: 'spec.template.spec.containers[backend].env[LOG_LEVEL].value',
            before: 'INFO',
            after: 'DEBUG',
            manager: 'kubectl-edit',
            operation: 'Update',
            at: now() - 26 * 60 * minute,
          },
          {
            path: 'spec.template.spec.containers[backend].resources.limits.memory',
            before: '1Gi',
            after: '2Gi',
            manager: 'agency-swarm-console-edit',
            operation: 'Update',
            at: now() - 50 * minute,
          },
        ],
        notes: ['restarts 4 pods, one at a time'],
      },
      {
        id: 'v1 ConfigMap agency-swarm-config',
        kind: 'ConfigMap',
        name: 'agency-swarm-config',
        state: 'missing',
        fields: [],
        notes: [],
      },
      {
        id: 'v1 Service agency-swarm-debug',
        kind: 'Service',
        name: 'agency-swarm-debug',
        state: 'unexpected',
        fields: [],
        notes: [],
      },
    ],
  }
}

/** A deployment in its fifth stage. */
