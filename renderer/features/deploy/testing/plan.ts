import type { FieldConflict, Plan, PlannedResource } from '#shared/contract/plan.ts'
import type { ReleaseRow } from '#shared/contract/releases.ts'

export function resource(values: Partial<PlannedResource> = {}): PlannedResource {
  return {
    id: 'apps/v1 Deployment agency-swarm-backend',
    kind: 'Deployment',
    name: 'agency-swarm-backend',
    action: 'create',
    added: 40,
    removed: 0,
    before: '',
    after: 'kind: Deployment\n',
    fields: [],
    conflicts: [],
    notes: [],
    restartsPods: 0,
    ...values,
  }
}

/** A plan of two stages, with whatever a test wants different. */
export function plan(values: Partial<Plan> = {}): Plan {
  return {
    id: 'plan-1',
    rollbackTo: null,
    profile: 'small',
    version: '0.1.0',
    values: '',
    stages: [
      {
        id: 'storage',
        title: 'Storage',
        waits: 'until volumes are bound',
        resources: [resource({ id: 'a', kind: 'ConfigMap', action: 'same' })],
      },
      { id: 'backend', title: 'Backend', waits: 'until 2 pods are ready', resources: [resource({ id: 'b' })] },
    ],
    prune: [],
    schema: { state: 'none', detail: 'The schema stays as it is.', migrations: [] },
    checks: [{ title: 'Accepted by the API server', state: 'passed', detail: '2 of 2', remedy: '' }],
    blockers: [],
    madeAt: 1_000,
    ...values,
  }
}

/** A field that kubectl owns. */
export function conflict(field: string): FieldConflict {
  return { field, manager: 'kubectl-edit', operation: 'Update', live: '3', wanted: '2' }
}

export function release(values: Partial<ReleaseRow> = {}): ReleaseRow {
  return {
    id: 'r1',
    version: '0.1.0',
    profile: 'small',
    state: 'done',
    kind: 'deploy',
    startedAt: 1_000,
    by: 'maya',
    digest: 'ab'.repeat(32),
    schema: '0001_initial',
    stage: '',
    fault: null,
    isCurrent: false,
    back: { state: 'stays', detail: '', migrations: [] },
    ...values,
  }
}
