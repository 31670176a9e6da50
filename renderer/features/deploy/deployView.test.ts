import { describe, expect, it } from 'vitest'
import type { Task } from '#shared/contract/tasks.ts'
import { belongsTo, countActions, failureOf, firstToShow, latestRun, plannedSteps, workloadsOf } from './deployView.ts'
import { plan, resource } from './testing/plan.ts'

const scope = { context: 'sandbox', namespace: 'agency-swarm' }
const task = (values: Partial<Task>): Task => ({
  id: 'one',
  kind: 'deploy',
  call: 'deploy.apply',
  effect: 'destructive',
  context: 'context:prod-eu-1',
  offers: [],
  seen: false,
  cluster: scope.context,
  namespace: scope.namespace,
  title: 'Deploy',
  state: 'running',
  steps: [],
  log: [],
  startedAt: 1,
  by: 'root',
  uncancellable: '',
  result: {},
  ...values,
})

describe('a plan', () => {
  it('counts what happens to its resources', () => {
    expect(countActions(plan())).toMatchObject({ create: 1, same: 1, change: 0 })
  })

  it('shows first what is in the way, then what changes', () => {
    const stages = plan().stages
    const conflict = resource({ id: 'c', action: 'conflict' })
    expect(firstToShow(plan())?.id).toBe('b')
    expect(
      firstToShow(plan({ stages: [...stages, { id: 'x', title: 'X', waits: '', resources: [conflict] }] }))?.id,
    ).toBe('c')
    expect(firstToShow(plan({ stages: [] }))).toBeUndefined()
  })

  it('has its stages waiting before it runs, saying what each waits for', () => {
    expect(plannedSteps(plan()).map((step) => `${step.state}: ${step.detail}`)).toEqual([
      'waiting: until volumes are bound',
      'waiting: until 2 pods are ready',
    ])
  })

  it('names the workloads of a stage and knows their pods', () => {
    expect(workloadsOf(plan(), 'backend')).toEqual([{ kind: 'Deployment', name: 'agency-swarm-backend' }])
    expect(workloadsOf(plan(), 'storage')).toEqual([])
    const owned = (kind: string, name: string) => ({ owner: { kind, name } })
    const backend = { kind: 'Deployment', name: 'agency-swarm-backend' }
    expect(belongsTo(owned('ReplicaSet', 'agency-swarm-backend-7f6d4c9b5d'), backend)).toBe(true)
    expect(belongsTo(owned('ReplicaSet', 'agency-swarm-backend-worker-7f6d4c9b5d'), backend)).toBe(false)
    expect(belongsTo(owned('StatefulSet', 'postgresql'), { kind: 'StatefulSet', name: 'postgresql' })).toBe(true)
    expect(belongsTo(owned('Job', 'postgresql'), { kind: 'StatefulSet', name: 'postgresql' })).toBe(false)
    expect(belongsTo({ owner: null }, backend)).toBe(false)
  })
})

describe('the run a page shows', () => {
  it('is the newest of its own cluster and namespace', () => {
    const tasks = [
      task({ id: 'old' }),
      task({ id: 'new', startedAt: 5, kind: 'undeploy' }),
      task({ id: 'elsewhere', startedAt: 9, cluster: 'context:prod' }),
      task({ id: 'backup', startedAt: 9, kind: 'backup' }),
    ]
    expect(latestRun(tasks, scope)?.id).toBe('new')
    expect(latestRun([], scope)).toBeUndefined()
  })
})

describe('why a stage failed', () => {
  it('names the pod, its reason and its last lines', () => {
    const fault = {
      code: 'DEPLOY_FAILED',
      message: 'm',
      details: { pod: 'backend-1', reason: 'CrashLoopBackOff', lastLogLines: ['a', 'b'] },
    }
    expect(failureOf(fault)).toEqual({ pod: 'backend-1', reason: 'CrashLoopBackOff', lines: ['a', 'b'] })
  })

  it('is no pod where the engine names none', () => {
    expect(failureOf({ code: 'FORBIDDEN', message: 'm', details: { status: 403 } })).toBeNull()
  })
})
