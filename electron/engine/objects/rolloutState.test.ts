import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube/index.ts'
import { rolloutState, stuckPods } from './rolloutState.ts'

const pod = (name: string, container: object, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  status: { containerStatuses: [{ name: 'c', ready: false, restartCount: 0, ...container }] },
})
const deployment = (status: object, replicas = 2): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'backend', generation: 3 },
  spec: { replicas },
  status: { observedGeneration: 3, ...status },
})
const complete = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 }

const now = Date.parse('2026-01-01T12:00:00Z')
const stateOf = (workload: KubeObject, pods: KubeObject[]) => rolloutState(workload, pods, now)

describe('rolloutState', () => {
  it('is done when all replicas are new and available', () => {
    expect(stateOf(deployment(complete), [])).toMatchObject({ isDone: true, ready: 2, wanted: 2 })
  })

  it.each([
    ['the controller has not seen the change yet', { ...complete, observedGeneration: 2 }],
    ['an old pod is still there', { ...complete, replicas: 3 }],
    ['a new pod is not available', { ...complete, availableReplicas: 1 }],
    ['there is no status', { observedGeneration: undefined }],
  ])('is not done while %s', (_why, status) => {
    expect(stateOf(deployment(status), []).isDone).toBe(false)
  })

  it('says which pod it waits for', () => {
    const waiting = stateOf(deployment({ ...complete, availableReplicas: 1 }), [
      pod('backend-zz5lj', { state: { running: {} } }),
    ])
    expect(waiting.detail).toBe('1 of 2 new pods ready. Waiting for backend-zz5lj to pass its readiness check.')
    expect(waiting.fault).toBeUndefined()
  })

  it.each([
    [
      'an image that cannot be pulled',
      { state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } },
      'ImagePullBackOff. no such image',
    ],
    [
      'a crash loop',
      {
        restartCount: 4,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      },
      'exit code 137 (OOMKilled), 4 restarts',
    ],
    [
      'a missing ConfigMap',
      { state: { waiting: { reason: 'CreateContainerConfigError', message: 'configmap "x" not found' } } },
      'configmap "x" not found',
    ],
  ])('tells %s as the fault', (_what, container, words) => {
    expect(stateOf(deployment({}), [pod('p', container)]).fault).toContain(words)
  })

  it('tells a quota that refuses pods, which no pod can say', () => {
    const conditions = [
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota: small' },
    ]
    expect(stateOf(deployment({ conditions }), []).fault).toBe('exceeded quota: small')
  })

  it('says that a StatefulSet is stuck at a broken pod of an earlier revision', () => {
    const set: KubeObject = {
      ...deployment({ updateRevision: 'new', replicas: 1, readyReplicas: 0 }, 1),
      kind: 'StatefulSet',
    }
    const broken = pod(
      'postgresql-0',
      { state: { waiting: { reason: 'ImagePullBackOff', message: '' } } },
      { 'controller-revision-hash': 'old' },
    )
    expect(stateOf(set, [broken]).fault).toContain('delete postgresql-0')
  })

  it('follows a job to its end', () => {
    const job = (status: object): KubeObject => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'm' },
      spec: {},
      status: { ...status },
    })
    expect(stateOf(job({}), []).isDone).toBe(false)
    expect(stateOf(job({ succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] }), []).isDone).toBe(true)
    const failed = { conditions: [{ type: 'Failed', status: 'True', message: 'BackoffLimitExceeded' }] }
    expect(stateOf(job(failed), []).fault).toBe('BackoffLimitExceeded')
  })

  it('does not hold against a new generation what was said of the one before', () => {
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'late' }]
    expect(stateOf(deployment({ conditions }), []).fault).toBe('late')
    expect(stateOf(deployment({ conditions, observedGeneration: 2 }), []).fault).toBeUndefined()
  })

  it('says why no node takes a pod, and that one may come yet', () => {
    const homeless: KubeObject = {
      ...pod('backend-1', {}),
      status: { conditions: [{ type: 'PodScheduled', status: 'False', message: 'Insufficient cpu' }] },
    }
    const state = stateOf(deployment({}), [homeless])
    expect(state).toMatchObject({ fault: 'backend-1 is not scheduled: Insufficient cpu', isUnscheduled: true })
    const late = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'Timed out.' }]
    const ended = stateOf(deployment({ conditions: late }), [homeless])
    expect(ended.fault).toBe('Timed out. backend-1 is not scheduled: Insufficient cpu')
    expect(ended.isUnscheduled).toBeUndefined()
  })
})

describe('stuckPods', () => {
  const set = (spec: object): KubeObject => ({
    ...deployment({ updateRevision: 'new' }, 1),
    kind: 'StatefulSet',
    spec: { replicas: 1, ...spec },
  })
  const old = { 'controller-revision-hash': 'old' }
  const now = Date.parse('2026-01-01T00:10:00Z')
  const since = (time: string): KubeObject => ({
    ...pod('store-0', {}, old),
    status: { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: time }] },
  })

  it('are those of an earlier revision that have not become ready for a minute', () => {
    expect(stuckPods(set({}), [since('2026-01-01T00:08:00Z')], now)).toHaveLength(1)
    expect(stuckPods(set({}), [since('2026-01-01T00:09:30Z')], now)).toEqual([])
  })

  it.each([
    ['updates all pods at once', { podManagementPolicy: 'Parallel' }],
    ['is updated by hand', { updateStrategy: { type: 'OnDelete' } }],
  ])('are none where the StatefulSet %s', (_how, spec) => {
    expect(stuckPods(set(spec), [since('2026-01-01T00:01:00Z')], now)).toEqual([])
  })
})
