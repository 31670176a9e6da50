import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestSandbox, until } from './testing/sandbox.ts'

let sandbox: TestSandbox

const container = { name: 'main', image: 'busybox', command: ['sleep', '1000'] }

const deployment = (name: string, spec: Record<string, unknown> = {}, main: Record<string, unknown> = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { terminationGracePeriodSeconds: 1, containers: [{ ...container, ...main }] },
    },
    ...spec,
  },
})

const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
})

beforeAll(async () => {
  sandbox = await TestSandbox.start()
  await sandbox.kubectlOk(['create', 'namespace', 'write'])
})

afterAll(() => sandbox.stop())

const write = (...args: string[]) => sandbox.kubectlOk(['-n', 'write', ...args])
const attempt = (...args: string[]) => sandbox.kubectl(['-n', 'write', ...args])
const send = (object: object, ...args: string[]) => sandbox.kubectl(['-n', 'write', ...args, '-f', '-'], { input: JSON.stringify(object) }) // prettier-ignore
const get = async (...args: string[]) =>
  JSON.parse(await write('get', ...args, '-o', 'json')) as Record<string, unknown>
const path = (expression: string, ...args: string[]) => write('get', ...args, '-o', `jsonpath=${expression}`)

describe('kubectl create', () => {
  it('creates the kinds it has commands for', async () => {
    await write('create', 'deployment', 'made', '--image=busybox', '--', 'sleep', '1000')
    await write('create', 'configmap', 'made', '--from-literal=a=b')
    await write('create', 'secret', 'generic', 'made', '--from-literal=password=p')
    await write('create', 'job', 'made', '--image=busybox', '--', 'true')
    await write('create', 'cronjob', 'made', '--image=busybox', '--schedule=0 5 * * *', '--', 'true')
    await write('create', 'service', 'clusterip', 'made', '--tcp=80:8080')
    await write('create', 'ingress', 'made', '--rule=a.example/*=made:80')
    await write('create', 'poddisruptionbudget', 'made', '--selector=app=none', '--min-available=1')
    await write('create', 'priorityclass', 'made', '--value=5')
    await write('run', 'made', '--image=busybox', '--restart=Never', '--', 'true')
    expect(await path('{.data.password}', 'secret', 'made')).toBe(Buffer.from('p').toString('base64'))
    expect(await path('{.spec.clusterIP}', 'service', 'made')).toMatch(/^127\./)
    expect((await attempt('create', 'configmap', 'made')).stderr).toContain('configmaps "made" already exists')
  })

  it('gives every Service an address of its own', async () => {
    await write('create', 'service', 'clusterip', 'other', '--tcp=80:8080')
    expect(await path('{.spec.clusterIP}', 'service', 'other')).not.toBe(
      await path('{.spec.clusterIP}', 'service', 'made'),
    )
  })

  it('writes nothing in a dry run', async () => {
    expect(await write('create', 'configmap', 'dry', '--dry-run=server')).toBe(
      'configmap/dry created (server dry run)\n',
    )
    expect((await attempt('get', 'configmap', 'dry')).code).toBe(1)
  })
})

describe('kubectl apply, client side', () => {
  it('creates, leaves alone, changes and removes fields', async () => {
    const first = deployment('plain', {}, { env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }] }) // prettier-ignore
    expect((await send(first, 'apply')).stdout).toBe('deployment.apps/plain created\n')
    expect((await send(first, 'apply')).stdout).toBe('deployment.apps/plain unchanged\n')
    const second = deployment('plain', {}, { env: [{ name: 'B', value: '3' }, { name: 'C', value: '4' }] }) // prettier-ignore
    const diff = await send(second, 'diff')
    expect(diff.code).toBe(1)
    expect(diff.stdout).toMatch(/-\s+- name: A/)
    expect((await send(second, 'apply')).stdout).toBe('deployment.apps/plain configured\n')
    expect(await path('{.spec.template.spec.containers[0].env}', 'deploy', 'plain')).toBe(
      '[{"name":"B","value":"3"},{"name":"C","value":"4"}]',
    )
    expect((await send(second, 'diff')).code).toBe(0)
  })
})

describe('kubectl apply --server-side', () => {
  const owned = (name: string, manager: string, ...args: string[]) => ['apply', '--server-side', `--field-manager=${manager}`, ...args] // prettier-ignore

  it('merges what two managers own and removes what one gives up', async () => {
    await send(configMap('shared', { a: '1', b: '1' }), ...owned('shared', 'one'))
    await send(configMap('shared', { c: '1' }), ...owned('shared', 'two'))
    expect((await get('cm', 'shared')).data).toEqual({ a: '1', b: '1', c: '1' })
    await send(configMap('shared', { a: '1' }), ...owned('shared', 'one'))
    expect((await get('cm', 'shared')).data).toEqual({ a: '1', c: '1' })
  })

  it('refuses a field of another manager by name, and takes it with force', async () => {
    await send(configMap('contested', { a: '1' }), ...owned('contested', 'one'))
    const refused = await send(configMap('contested', { a: '2' }), ...owned('contested', 'two'))
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('Apply failed with 1 conflict: conflict with "one": .data.a')
    await send(configMap('contested', { a: '2' }), ...owned('contested', 'two', '--force-conflicts'))
    expect((await get('cm', 'contested')).data).toEqual({ a: '2' })
    const again = await send(configMap('contested', { a: '1' }), ...owned('contested', 'one'))
    expect(again.stderr).toContain('conflict with "two": .data.a')
  })

  it('merges lists by their keys: containers, variables, ports', async () => {
    const port = (containerPort: number) => ({ ports: [{ containerPort }] })
    await send(deployment('listed', {}, port(80)), ...owned('listed', 'one'))
    const other = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'listed' },
      spec: { template: { spec: { containers: [{ name: 'main', env: [{ name: 'X', value: 'y' }], ...port(81) }] } } },
    }
    expect((await send(other, ...owned('listed', 'two'))).stderr).toBe('')
    const main = '{.spec.template.spec.containers[0]'
    expect(await path(`${main}.ports[*].containerPort}`, 'deploy', 'listed')).toBe('80 81')
    expect(await path(`${main}.image}`, 'deploy', 'listed')).toBe('busybox')
    await send({ ...other, spec: {} }, ...owned('listed', 'two'))
    expect(await path(`${main}.ports[*].containerPort} ${main}.env}`, 'deploy', 'listed')).toBe('80 ')
  })

  it('takes over what was applied on the client side', async () => {
    await send(configMap('moved', { a: '1', b: '1' }), 'apply')
    expect((await send(configMap('moved', { a: '1' }), 'apply', '--server-side')).stderr).toBe('')
    expect((await get('cm', 'moved')).data).toEqual({ a: '1' })
  })

  it('shows owners in managedFields and changes nothing when nothing changes', async () => {
    await send(configMap('still', { a: '1' }), ...owned('still', 'one'))
    const before = await path('{.metadata.resourceVersion}', 'cm', 'still')
    await send(configMap('still', { a: '1' }), ...owned('still', 'one'))
    expect(await path('{.metadata.resourceVersion}', 'cm', 'still')).toBe(before)
    const shown = await write('get', 'cm', 'still', '-o', 'yaml', '--show-managed-fields')
    expect(shown).toMatch(/f:data:\n\s+f:a: \{\}\n\s+manager: one\n\s+operation: Apply/)
  })
})

describe('kubectl edit, patch, label, annotate, set, scale', () => {
  beforeAll(() => send(deployment('changed', {}, { env: [{ name: 'A', value: '1' }] }), 'apply'))

  it("edits with the administrator's editor", async () => {
    await send(configMap('edited', { color: 'blue' }), 'apply')
    const edited = await sandbox.kubectl(['-n', 'write', 'edit', 'cm', 'edited'], {
      environment: { KUBE_EDITOR: 'sed -i s/blue/green/' },
    })
    expect(edited.stdout).toBe('configmap/edited edited\n')
    expect((await get('cm', 'edited')).data).toEqual({ color: 'green' })
  })

  it('patches in all three forms', async () => {
    const strategic = {
      spec: { template: { spec: { containers: [{ name: 'main', env: [{ name: 'B', value: '2' }] }] } } },
    }
    await write('patch', 'deploy', 'changed', '-p', JSON.stringify(strategic))
    const env = '{.spec.template.spec.containers[0].env[*].name}'
    expect(await path(env, 'deploy', 'changed')).toBe('B A')
    await write(
      'patch',
      'deploy',
      'changed',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/spec/template/spec/containers/0/env/0"}]',
    )
    expect(await path(env, 'deploy', 'changed')).toBe('A')
    await write('patch', 'deploy', 'changed', '--type=merge', '-p', '{"metadata":{"labels":{"x":"y","z":null}}}')
    expect(await path('{.metadata.labels}', 'deploy', 'changed')).toBe('{"x":"y"}')
    const failed = await attempt(
      'patch',
      'deploy',
      'changed',
      '--type=json',
      '-p',
      '[{"op":"test","path":"/spec/replicas","value":9}]',
    )
    expect(failed.stderr).toContain('testing value /spec/replicas failed')
  })

  it('labels and annotates', async () => {
    await write('label', 'deploy', 'changed', 'team=ops')
    await write('annotate', 'deploy', 'changed', 'note=hello')
    expect((await attempt('label', 'deploy', 'changed', 'team=dev')).stderr).toContain(
      'already has a value (ops), and --overwrite is false',
    )
    await write('label', 'deploy', 'changed', 'team-')
    expect(await path('{.metadata.labels.team}{.metadata.annotations.note}', 'deploy', 'changed')).toBe('hello')
  })

  it('sets an image, scales, and waits for both', async () => {
    await write('set', 'image', 'deploy/changed', 'main=alpine')
    await write('rollout', 'status', 'deploy/changed', '--timeout=60s')
    expect(
      await path(
        '{.items[*].spec.containers[0].image}',
        'pods',
        '-l',
        'app=changed',
        '--field-selector=status.phase=Running',
      ),
    ).toContain('alpine')
    await write('scale', 'deploy/changed', '--replicas=2', '--current-replicas=1')
    await write('wait', 'deploy/changed', '--for=jsonpath={.status.readyReplicas}=2', '--timeout=60s')
    expect((await attempt('scale', 'deploy/changed', '--replicas=5', '--current-replicas=1')).code).toBe(1)
  })

  it('refuses an update of an old version', async () => {
    const old = await get('cm', 'edited')
    await write('annotate', 'cm', 'edited', 'new=er')
    const refused = await send(old, 'replace')
    expect(refused.stderr).toContain(
      'the object has been modified; please apply your changes to the latest version and try again',
    )
  })
})

describe('kubectl delete', () => {
  const labelled = (name: string, kind: string) => write('get', kind, '-l', `app=${name}`, '-o', 'name')

  it('takes dependents along in the background and in the foreground', async () => {
    for (const policy of ['background', 'foreground']) {
      await send(deployment(policy), 'apply')
      await write('wait', `deploy/${policy}`, '--for=condition=Available', '--timeout=60s')
      await write('delete', 'deploy', policy, `--cascade=${policy}`, '--timeout=60s')
      await until('the pods are gone', async () => (await labelled(policy, 'rs,pods')) === '')
    }
  })

  it('leaves orphans when told to', async () => {
    await send(deployment('orphaned'), 'apply')
    await write('wait', 'deploy/orphaned', '--for=condition=Available', '--timeout=60s')
    await write('delete', 'deploy', 'orphaned', '--cascade=orphan')
    expect(await labelled('orphaned', 'rs')).toMatch(/^replicaset/)
    expect(await path('{.items[*].metadata.ownerReferences}', 'rs', '-l', 'app=orphaned')).toBe('')
    await write('delete', 'rs', '-l', 'app=orphaned')
  })

  it('deletes by selector, and nothing in a dry run', async () => {
    await send(configMap('one', {}), 'apply')
    await write('label', 'cm', 'one', 'group=g')
    expect(await write('delete', 'cm', '-l', 'group=g', '--dry-run=server')).toContain('(server dry run)')
    expect(await write('delete', 'cm', '-l', 'group=g')).toContain('configmap "one" deleted')
  })

  it('empties a namespace, in which nothing new can be made meanwhile', async () => {
    await sandbox.kubectlOk(['create', 'namespace', 'leaving'])
    const held = {
      ...configMap('held', {}),
      metadata: { name: 'held', namespace: 'leaving', finalizers: ['test/held'] },
    }
    await sandbox.kubectlOk(['apply', '-f', '-'], JSON.stringify(held))
    await sandbox.kubectlOk(['delete', 'namespace', 'leaving', '--wait=false'])
    const { code, body } = await sandbox.call('/api/v1/namespaces/leaving/configmaps', {
      method: 'POST',
      body: configMap('late', {}),
    })
    expect(code).toBe(403)
    expect(body).toMatchObject({
      message:
        'configmaps "late" is forbidden: unable to create new content in namespace leaving because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    })
    await sandbox.kubectlOk([
      '-n',
      'leaving',
      'patch',
      'cm',
      'held',
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":null}}',
    ])
    await sandbox.kubectlOk(['wait', 'namespace/leaving', '--for=delete', '--timeout=60s'])
  })
})

describe('validation', () => {
  const problem = async (object: object) => (await send(object, 'create')).stderr

  it('refuses unknown fields by their path', async () => {
    const misspelt = deployment('bad', { replica: 3 }, { imagee: 'x' })
    const refused = await send(misspelt, 'apply')
    expect(refused.stderr).toContain('strict decoding error: unknown field "spec.replica", unknown field "spec.template.spec.containers[0].imagee"') // prettier-ignore
    expect(await problem(deployment('bad', { replicas: 'three' }))).toContain('cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32') // prettier-ignore
  })

  it('names every field that is missing or wrong', async () => {
    expect(await problem(deployment('Bad_Name'))).toContain(
      'metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain',
    )
    expect(await problem(deployment('bad', {}, { image: '' }))).toContain(
      'spec.template.spec.containers[0].image: Required value',
    )
    expect(await problem(deployment('bad', { selector: { matchLabels: { app: 'x' } } }))).toContain(
      '`selector` does not match template `labels`',
    )
    expect(await problem(deployment('bad', {}, { volumeMounts: [{ name: 'v', mountPath: '/v' }] }))).toContain('spec.template.spec.containers[0].volumeMounts[0].name: Not found: "v"') // prettier-ignore
    expect(await problem(deployment('bad', {}, { resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }))).toContain('must be less than or equal to cpu limit of 1') // prettier-ignore
    expect(await problem({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'bad' }, spec: {} })).toContain(
      'spec.ports: Required value',
    )
  })

  it('keeps immutable fields as they are', async () => {
    await send(deployment('fixed'), 'apply')
    const moved = deployment('fixed', { selector: { matchLabels: { app: 'fixed', b: 'c' } }, template: { metadata: { labels: { app: 'fixed', b: 'c' } }, spec: { containers: [container] } } }) // prettier-ignore
    expect((await send(moved, 'apply')).stderr).toMatch(/spec\.selector: Invalid value: .*: field is immutable/)
    expect((await attempt('patch', 'job', 'made', '--type=merge', '-p', '{"spec":{"template":{"spec":{"restartPolicy":"OnFailure"}}}}')).stderr).toMatch(/spec\.template: Invalid value: .*: field is immutable/) // prettier-ignore
    expect((await attempt('patch', 'svc', 'made', '--type=merge', '-p', '{"spec":{"clusterIP":"127.9.9.9"}}')).stderr).toContain('may not change once set') // prettier-ignore
  })

  it('holds quotas and fills in limits', async () => {
    await sandbox.kubectlOk(['create', 'namespace', 'small'])
    const range = {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'usual', namespace: 'small' },
      spec: {
        limits: [{ type: 'Container', default: { cpu: '200m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } }],
      },
    }
    await sandbox.kubectlOk(['apply', '-f', '-'], JSON.stringify(range))
    await sandbox.kubectlOk(['-n', 'small', 'create', 'quota', 'few', '--hard=pods=1,requests.cpu=1'])
    const run = (name: string) =>
      sandbox.kubectl(['-n', 'small', 'run', name, '--image=busybox', '--', 'sleep', '1000'])
    expect((await run('first')).code).toBe(0)
    expect(await sandbox.kubectlOk(['-n', 'small', 'get', 'pod', 'first', '-o', 'jsonpath={.spec.containers[0].resources}'])).toBe('{"limits":{"cpu":"200m"},"requests":{"cpu":"100m"}}') // prettier-ignore
    expect((await run('second')).stderr).toContain('pods "second" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1') // prettier-ignore
    await sandbox.kubectlOk(['-n', 'small', 'delete', 'pod', 'first', '--now'])
  })

  it('refuses annotations that are too long for client-side apply', async () => {
    const file = join(sandbox.folder, 'large.json')
    await writeFile(file, JSON.stringify(configMap('large', { a: 'x'.repeat(300_000) })))
    expect((await attempt('apply', '-f', file)).stderr).toContain(
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    )
    expect((await attempt('apply', '--server-side', '-f', file)).code).toBe(0)
  })
})

describe('eviction', () => {
  const evict = (name: string, deleteOptions = {}) =>
    sandbox.call(`/api/v1/namespaces/write/pods/${name}/eviction`, {
      method: 'POST',
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name }, deleteOptions },
    })
  const podsOf = async (app: string) => (await path('{.items[*].metadata.name}', 'pods', '-l', `app=${app}`)).split(' ')
  const allowedBy = (budget: string) => path('{.status.disruptionsAllowed}', 'pdb', budget)
  const violates = (budget: string, wanted: number, healthy: number) => ({
    reason: 'TooManyRequests',
    details: {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: `The disruption budget ${budget} needs ${wanted} healthy pods and has ${healthy} currently`,
        },
      ],
    },
  })

  it('is refused with 429 while a budget needs the pod, and does not say when to come back', async () => {
    await send(deployment('guarded'), 'apply')
    await write('create', 'pdb', 'guard', '--selector=app=guarded', '--min-available=1')
    await write('wait', 'deploy/guarded', '--for=condition=Available', '--timeout=60s')
    const [name = ''] = await podsOf('guarded')
    await until('the budget is counted', async () => (await path('{.status.currentHealthy}', 'pdb', 'guard')) === '1')
    const refused = await evict(name)
    expect(refused.code).toBe(429)
    expect(refused.body).toMatchObject(violates('guard', 1, 1))
    expect(refused.body.details).not.toHaveProperty('retryAfterSeconds')
    await write('delete', 'pdb', 'guard')
    expect((await evict(name)).code).toBe(201)
  })

  it('spends the budget at once: of two evictions side by side one passes', async () => {
    const twice = deployment('pair')
    await send({ ...twice, spec: { ...(twice.spec as object), replicas: 2 } }, 'apply')
    await write('create', 'pdb', 'pair', '--selector=app=pair', '--min-available=1')
    await until('one pod may go', async () => (await allowedBy('pair')) === '1')
    const [first = '', second = ''] = await podsOf('pair')
    expect((await evict(first, { dryRun: ['All'] })).code).toBe(201)
    const answers = await Promise.all([evict(first), evict(second)])
    expect(answers.map(({ code }) => code).sort()).toEqual([201, 429])
  })
})

describe('a namespace', () => {
  it('has its finalizer in the answer that created it, so that it cannot go before its content', async () => {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'brand-new' } }
    const created = await sandbox.call('/api/v1/namespaces', { method: 'POST', body })
    expect(created.body).toMatchObject({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } })
    const deleted = await sandbox.call('/api/v1/namespaces/brand-new', { method: 'DELETE' })
    expect(deleted.body).toMatchObject({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Terminating' } })
  })
})
