import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type KubectlFixture, startKubectlFixture } from '../node/testing/kubectlFixture.ts'

let fixture: KubectlFixture
beforeAll(async () => {
  fixture = await startKubectlFixture()
})
afterAll(() => fixture.stop())

/** Output of a kubectl command that must succeed. */
async function kubectl(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await fixture.kubectl(words)
  if (code !== 0) throw new Error(`kubectl ${words.join(' ')}: ${stderr}`)
  return stdout
}

async function apply(manifest: object): Promise<void> {
  const { code, stderr } = await fixture.kubectl(['apply', '-f', '-'], JSON.stringify(manifest))
  if (code !== 0) throw new Error(stderr)
}

const field = (object: string, path: string): Promise<string> => kubectl('get', object, '-o', `jsonpath={${path}}`)
const names = async (kind: string, selector: string): Promise<string[]> =>
  (await kubectl('get', kind, '-l', selector, '-o', 'name')).split('\n').filter((name) => name !== '')
const rolledOut = (object: string): Promise<string> => kubectl('rollout', 'status', object, '--timeout=50s')

const template = (app: string, fields: Record<string, unknown> = {}) => ({
  metadata: { labels: { app } },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'main',
        image: 'busybox:1',
        command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.2; done'],
        resources: { requests: { cpu: '10m', memory: '8Mi' } },
        ...fields,
      },
    ],
  },
})

const deployment = (name: string, fields: Record<string, unknown> = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, annotations: { 'kubernetes.io/change-cause': 'the beginning' } },
  spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: template(name), ...fields },
})

describe('kubectl rollout of a Deployment', () => {
  beforeEach(async () => {
    await apply(deployment('web'))
    await rolledOut('deployment/web')
  })

  test('shows history with change causes, undoes to the previous and to a named revision', async () => {
    await kubectl('set', 'image', 'deployment/web', 'main=busybox:2')
    await kubectl('annotate', 'deployment/web', 'kubernetes.io/change-cause=the second', '--overwrite')
    expect(await rolledOut('deployment/web')).toContain('deployment "web" successfully rolled out')
    expect(await kubectl('rollout', 'history', 'deployment/web')).toMatch(/1 +the beginning\n2 +the second\n/)
    expect(await kubectl('rollout', 'history', 'deployment/web', '--revision=2')).toMatch(/Image:\s+busybox:2/)
    await kubectl('rollout', 'undo', 'deployment/web')
    await rolledOut('deployment/web')
    expect(await field('deployment/web', '.spec.template.spec.containers[0].image')).toBe('busybox:1')
    expect(await kubectl('rollout', 'history', 'deployment/web')).toMatch(/2 +the second\n3 +the beginning\n/)
    await kubectl('rollout', 'undo', 'deployment/web', '--to-revision=2')
    await rolledOut('deployment/web')
    expect(await field('deployment/web', '.spec.template.spec.containers[0].image')).toBe('busybox:2')
    await kubectl('delete', 'deployment', 'web')
  })

  test('restart replaces every pod', async () => {
    const before = await names('pods', 'app=web')
    await kubectl('rollout', 'restart', 'deployment/web')
    await rolledOut('deployment/web')
    await kubectl('wait', '--for=delete', ...before, '--timeout=50s')
    expect(await names('pods', 'app=web')).toHaveLength(2)
  })

  test('pause holds an update back until resume, and scale works meanwhile', async () => {
    await kubectl('rollout', 'pause', 'deployment/web')
    await kubectl('set', 'image', 'deployment/web', 'main=busybox:3')
    await kubectl('scale', 'deployment/web', '--replicas=3')
    await kubectl('wait', 'deployment/web', '--for=jsonpath={.status.availableReplicas}=3', '--timeout=50s')
    const images = '.items[*].spec.containers[0].image'
    expect(await kubectl('get', 'pods', '-l', 'app=web', '-o', `jsonpath={${images}}`)).not.toContain('busybox:3')
    await kubectl('rollout', 'resume', 'deployment/web')
    await rolledOut('deployment/web')
    await kubectl('wait', '--for=condition=Available', 'deployment/web', '--timeout=50s')
    expect(await field('deployment/web', '.status.updatedReplicas')).toBe('3')
  })

  test('status fails when an update stands still past its deadline', async () => {
    await kubectl('patch', 'deployment/web', '-p', '{"spec":{"progressDeadlineSeconds":2,"minReadySeconds":0}}')
    await kubectl('set', 'image', 'deployment/web', 'main=nobody/has-this:1')
    const { code, stderr } = await fixture.kubectl(['rollout', 'status', 'deployment/web', '--timeout=50s'])
    expect(code).toBe(1)
    expect(stderr).toContain('deployment "web" exceeded its progress deadline')
    await kubectl('rollout', 'undo', 'deployment/web')
    await rolledOut('deployment/web')
  })
})

test('a StatefulSet rolls out in order on claims of its own, and its rollout can be undone', async () => {
  await apply({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: {
      replicas: 2,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: template('db', { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  })
  await rolledOut('statefulset/db')
  expect(await kubectl('get', 'pvc', 'data-db-0', 'data-db-1', '-o', 'jsonpath={.items[*].status.phase}')).toBe(
    'Bound Bound',
  )
  await kubectl('set', 'image', 'statefulset/db', 'main=busybox:2')
  await rolledOut('statefulset/db')
  expect(await kubectl('rollout', 'history', 'statefulset/db')).toMatch(/1 +<none>\n2 +<none>\n/)
  await kubectl('rollout', 'undo', 'statefulset/db')
  await rolledOut('statefulset/db')
  expect(await field('pod/db-0', '.spec.containers[0].image')).toBe('busybox:1')
  await kubectl('delete', 'statefulset', 'db')
  await kubectl('wait', '--for=delete', 'pod/db-0', 'pod/db-1', '--timeout=50s')
  expect(await field('pvc/data-db-0', '.status.phase')).toBe('Bound')
})

describe('kubectl delete --cascade', () => {
  beforeEach(async () => {
    await apply(deployment('tree'))
    await rolledOut('deployment/tree')
  })

  test('foreground returns when the last pod is gone', async () => {
    await kubectl('delete', 'deployment', 'tree', '--cascade=foreground', '--timeout=50s')
    expect(await names('replicasets,pods', 'app=tree')).toEqual([])
  })

  test('background deletes the pods afterwards', async () => {
    await kubectl('delete', 'deployment', 'tree', '--cascade=background')
    await kubectl('wait', '--for=delete', 'pod', '-l', 'app=tree', '--timeout=50s')
    expect(await names('replicasets', 'app=tree')).toEqual([])
  })

  test('orphan leaves ReplicaSet and pods, which the same Deployment takes up again', async () => {
    const before = await names('pods', 'app=tree')
    await kubectl('delete', 'deployment', 'tree', '--cascade=orphan')
    expect(await names('pods', 'app=tree')).toEqual(before)
    await apply(deployment('tree'))
    await rolledOut('deployment/tree')
    expect(await names('pods', 'app=tree')).toEqual(before)
    await kubectl('delete', 'deployment', 'tree', '--cascade=foreground')
  })
})

describe('Jobs', () => {
  test('a Job completes, and one that fails says why', async () => {
    await kubectl('create', 'job', 'good', '--image=busybox', '--', 'sh', '-c', 'echo all is well')
    await kubectl('wait', '--for=condition=Complete', 'job/good', '--timeout=50s')
    expect(await kubectl('logs', 'job/good')).toBe('all is well\n')
    const never = { ...template('bad', { command: ['sh', '-c', 'exit 3'] }).spec, restartPolicy: 'Never' }
    const spec = { backoffLimit: 0, template: { spec: never } }
    await apply({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'bad' }, spec })
    await kubectl('wait', '--for=condition=Failed', 'job/bad', '--timeout=50s')
    expect(await kubectl('describe', 'job', 'bad')).toContain('Job has reached the specified backoff limit')
    expect(await kubectl('get', 'jobs', 'good', 'bad', '--no-headers')).toMatch(
      /good +Complete +1\/1.*\nbad +Failed +0\/1/,
    )
  })

  test('a CronJob can be started by hand, and its Jobs go with it', async () => {
    await kubectl('create', 'cronjob', 'nightly', '--image=busybox', '--schedule=0 3 * * *', '--', 'sh', '-c', 'true')
    await kubectl('create', 'job', 'by-hand', '--from=cronjob/nightly')
    await kubectl('wait', '--for=condition=Complete', 'job/by-hand', '--timeout=50s')
    await kubectl('delete', 'cronjob', 'nightly')
    await kubectl('wait', '--for=delete', 'job/by-hand', '--timeout=50s')
  })
})

test('kubectl autoscale sizes a Deployment by the CPU its processes really use', async () => {
  const busy = template('busy', { command: ['sh', '-c', 'i=0; while :; do i=$((i+1)); done'] })
  await apply(deployment('busy', { replicas: 1, template: busy }))
  await rolledOut('deployment/busy')
  // A sample first, so that the autoscaler need not wait for its next look.
  await expect
    .poll(async () => (await fixture.kubectl(['top', 'pods', '-l', 'app=busy'])).code, { timeout: 40_000 })
    .toBe(0)
  await kubectl('autoscale', 'deployment/busy', '--cpu=50%', '--min=1', '--max=2')
  await kubectl('wait', 'hpa/busy', '--for=condition=ScalingActive', '--timeout=50s')
  await kubectl('wait', 'deployment/busy', '--for=jsonpath={.spec.replicas}=2', '--timeout=50s')
  expect(await kubectl('describe', 'hpa', 'busy')).toContain(
    'New size: 2; reason: cpu resource utilization (percentage of request) above target',
  )
  await kubectl('delete', 'hpa/busy', 'deployment/busy')
})

test('a namespace goes with everything in it, and nothing new gets in meanwhile', async () => {
  await kubectl('create', 'namespace', 'team')
  const slow = template('slow', { command: ['sh', '-c', 'trap "sleep 2; exit 0" TERM; while :; do sleep 0.2; done'] })
  slow.spec.terminationGracePeriodSeconds = 20
  await apply({ ...deployment('slow', { template: slow }), metadata: { name: 'slow', namespace: 'team' } })
  await kubectl('-n', 'team', 'rollout', 'status', 'deployment/slow', '--timeout=50s')
  await kubectl('delete', 'namespace', 'team', '--wait=false')
  await kubectl('wait', 'namespace/team', '--for=jsonpath={.status.phase}=Terminating', '--timeout=20s')
  const { stderr } = await fixture.kubectl(['-n', 'team', 'create', 'configmap', 'late'])
  expect(stderr).toContain('because it is being terminated')
  await kubectl('wait', '--for=delete', 'namespace/team', '--timeout=50s')
  const { stdout } = await fixture.kubectl(['-n', 'team', 'get', 'all,cm,sa,events', '-o', 'name'])
  expect(stdout).toBe('')
})

test('a quota shows what is used and what it refused, and a disruption budget how many pods may go', async () => {
  await kubectl('create', 'namespace', 'small')
  await kubectl('-n', 'small', 'create', 'quota', 'few', '--hard=pods=2')
  await apply({ ...deployment('web', { replicas: 3 }), metadata: { name: 'web', namespace: 'small' } })
  await kubectl('-n', 'small', 'wait', 'deployment/web', '--for=condition=ReplicaFailure', '--timeout=50s')
  await kubectl('-n', 'small', 'wait', 'quota/few', '--for=jsonpath={.status.used.pods}=2', '--timeout=50s')
  expect(await kubectl('-n', 'small', 'get', 'events')).toMatch(
    /FailedCreate .*exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2/,
  )
  await kubectl(
    '-n',
    'small',
    'wait',
    'deployment/web',
    '--for=jsonpath={.status.availableReplicas}=2',
    '--timeout=50s',
  )
  await kubectl('-n', 'small', 'create', 'pdb', 'all', '--selector=app=web', '--min-available=2')
  await kubectl('-n', 'small', 'wait', 'pdb/all', '--for=jsonpath={.status.currentHealthy}=2', '--timeout=50s')
  expect(await kubectl('-n', 'small', 'get', 'pdb', 'all', '--no-headers')).toMatch(/^all +2 +N\/A +0 /)
  await kubectl('-n', 'small', 'patch', 'pdb/all', '--type=merge', '-p', '{"spec":{"minAvailable":1}}')
  await kubectl('-n', 'small', 'wait', 'pdb/all', '--for=jsonpath={.status.disruptionsAllowed}=1', '--timeout=50s')
  await kubectl('delete', 'namespace', 'small', '--timeout=50s')
})
