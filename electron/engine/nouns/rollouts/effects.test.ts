import type { V1PersistentVolumeClaim, V1PodDisruptionBudget, V2HorizontalPodAutoscaler } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { demandOf, quotaWarnings } from './capacity.ts'
import { scalingOf } from './scaling.ts'
import { replacementOf } from './strategy.ts'
import { stuckPods } from './stuck.ts'
import type { Surroundings } from './surroundings.ts'
import type { WorkloadKind, WorkloadSpec, WorkloadStatus } from './workload.ts'

const template = { spec: { containers: [{ name: 'app', resources: { requests: { cpu: '500m', memory: '256Mi' } } }] } }
function around(
  kind: WorkloadKind,
  spec: WorkloadSpec,
  more: Partial<Surroundings> = {},
  status: WorkloadStatus = {},
): Surroundings {
  const workload = { apiVersion: 'apps/v1', kind, metadata: { name: 'web' }, spec: { template, ...spec }, status }
  return {
    workload,
    pods: [],
    revisions: [],
    autoscaler: undefined,
    budget: undefined,
    quotas: [],
    limits: [],
    claims: [],
    readAt: 0,
    unread: [],
    ...more,
  }
}

describe('who restarts when the template changes', () => {
  it.each<[string, Surroundings, RegExp]>([
    [
      'a quarter more and a quarter fewer',
      around('Deployment', { replicas: 10 }),
      /^10 pods of web restart: at most 3 more and 2 fewer/,
    ],
    [
      'one replica: the new one first',
      around('Deployment', { replicas: 1 }),
      /^1 pod of web restarts: at most 1 more and 0 fewer/,
    ],
    [
      'both zero means one fewer',
      around('Deployment', { replicas: 4, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '10%' } } }),
      /at most 0 more and 1 fewer/,
    ],
    [
      'all at once',
      around('Deployment', { replicas: 2, strategy: { type: 'Recreate' } }),
      /^All 2 pods of web are stopped before/,
    ],
    ['nobody while paused', around('Deployment', { replicas: 2, paused: true }), /no pod restarts until it is resumed/],
    ['nobody where there is none', around('Deployment', { replicas: 0 }), /has no pods now/],
    [
      'from the highest number down',
      around('StatefulSet', { replicas: 3 }),
      /one at a time, from web-2 down to web-0; each keeps its volumes/,
    ],
    [
      'those above the partition',
      around('StatefulSet', { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } }),
      /^1 pod of web restarts; .* Pods below ordinal 2 stay/,
    ],
    ['on deletion', around('StatefulSet', { replicas: 3, updateStrategy: { type: 'OnDelete' } }), /OnDelete/],
    [
      'one on every node',
      around('DaemonSet', {}, {}, { desiredNumberScheduled: 5 }),
      /^5 pods of web restart: at most 1 at a time, one on every node/,
    ],
  ])('%s', (_what, surroundings, words) => {
    expect(replacementOf(surroundings).effects.join()).toMatch(words)
  })

  it('warns of a time without service: one pod of a StatefulSet, one that may be away, all stopped first', () => {
    const away = { replicas: 1, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } }
    for (const each of [
      around('StatefulSet', { replicas: 1 }),
      around('Deployment', away),
      around('Deployment', { strategy: { type: 'Recreate' } }),
    ])
      expect(replacementOf(each).warnings.join()).toMatch(/(un|not )available/)
    expect(replacementOf(around('Deployment', { replicas: 1 })).warnings).toEqual([])
  })

  it('warns of a volume that one node holds, unless all pods are stopped first', () => {
    const volumes = [{ name: 'files', persistentVolumeClaim: { claimName: 'files' } }]
    const claims: V1PersistentVolumeClaim[] = [
      { metadata: { name: 'files' }, spec: { accessModes: ['ReadWriteOnce'] } },
    ]
    const withVolume = { template: { spec: { ...template.spec, volumes } } }
    expect(replacementOf(around('Deployment', withVolume, { claims })).warnings.join()).toMatch(
      /cannot mount it while the old one holds it/,
    )
    const recreate = replacementOf(around('Deployment', { ...withVolume, strategy: { type: 'Recreate' } }, { claims }))
    expect(recreate.effects.join()).toMatch(/volume files can be held by one node at a time/)
    expect(recreate.warnings.join()).not.toMatch(/mount/)
  })
})

describe('another number of replicas', () => {
  const autoscaler = (wanted: number) =>
    ({
      metadata: { name: 'web' },
      spec: { minReplicas: 2, maxReplicas: 6, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
      status: { desiredReplicas: wanted },
    }) as V2HorizontalPodAutoscaler
  const warnings = (replicas: number, wanted = 3) =>
    scalingOf(around('Deployment', { replicas: 3 }, { autoscaler: autoscaler(wanted) }), replicas).warnings.join()

  it('is held against the autoscaler', () => {
    expect(warnings(1)).toMatch(/minimum of 2 within seconds/)
    expect(warnings(9)).toMatch(/maximum of 6 within seconds/)
    expect(warnings(5)).toMatch(/wants 3 now: it scales back within about 5 minutes/)
    expect(warnings(4, 6)).toMatch(/wants 6 now: it scales back within seconds/)
    expect(warnings(3)).toMatch(/owns this number/)
    expect(warnings(0)).toMatch(/switches it off/)
  })

  it('says which pods of a StatefulSet go, and what becomes of their volumes', () => {
    expect(scalingOf(around('StatefulSet', { replicas: 3 }), 1).effects.join()).toMatch(
      /down to web-1; their volumes stay/,
    )
    const policy = { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } }
    expect(scalingOf(around('StatefulSet', { replicas: 3, ...policy }), 1).effects.join()).toMatch(
      /volumes are deleted with them/,
    )
  })

  it('is held against the disruption budget', () => {
    const budget: V1PodDisruptionBudget = { metadata: { name: 'web' }, spec: { minAvailable: 2 } }
    expect(scalingOf(around('Deployment', { replicas: 3 }, { budget }), 2).warnings.join()).toMatch(
      /no node that runs one can be drained/,
    )
    expect(scalingOf(around('Deployment', { replicas: 3 }, { budget }), 4).warnings).toEqual([])
  })

  it('counts what a quota has left', () => {
    const quotas = [
      {
        metadata: { name: 'q' },
        status: { hard: { 'requests.memory': '1Gi', pods: '10' }, used: { 'requests.memory': '512Mi', pods: '2' } },
      },
    ]
    const demand = demandOf(around('Deployment', { replicas: 2 }).workload, [])
    expect(quotaWarnings(quotas, 2, demand)).toEqual([])
    expect(quotaWarnings(quotas, 3, demand)).toEqual([
      'Quota q has 512 MiB of 1024 MiB requests.memory left, and 3 pods more need 768 MiB: all but 2 would be refused.',
    ])
  })
})

describe('the StatefulSet trap', () => {
  const pod = (name: string, revision: string, ready: string, since: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, labels: { 'controller-revision-hash': revision } },
    status: { conditions: [{ type: 'Ready', status: ready, lastTransitionTime: since }] },
  })
  const now = Date.parse('2026-01-01T00:10:00Z')
  const pods = [
    pod('web-0', 'new', 'False', '2026-01-01T00:00:00Z'),
    pod('web-1', 'old', 'False', '2026-01-01T00:00:00Z'),
    pod('web-2', 'old', 'True', '2026-01-01T00:00:00Z'),
    pod('web-3', 'old', 'False', '2026-01-01T00:09:30Z'),
  ]
  const stuck = (spec: WorkloadSpec, kind: WorkloadKind = 'StatefulSet') =>
    stuckPods(around(kind, spec, {}, { updateRevision: 'new' }).workload, pods, now).map((each) => each.pod)

  it('is a pod of an earlier revision that is not ready and will not become so', () => {
    expect(stuck({})).toEqual(['web-1'])
  })

  it('is none where the update does not wait for pods', () => {
    expect(stuck({ podManagementPolicy: 'Parallel' })).toEqual([])
    expect(stuck({ updateStrategy: { type: 'OnDelete' } })).toEqual([])
    expect(stuck({}, 'Deployment')).toEqual([])
  })
})
