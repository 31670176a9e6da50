import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestSandbox, until } from '../../testing/sandbox.ts'

const quiet = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  runAsUser: 1000,
  seccompProfile: { type: 'RuntimeDefault' },
}
const main = { name: 'main', image: 'busybox', command: ['sleep', '1000'] }
let count = 0
const pod = (container: object = {}, spec: object = {}, annotations: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `pod-${(count += 1)}`, annotations },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ ...main, ...container }], ...spec },
})
const secured = (more: object = {}, spec: object = {}) => pod({ securityContext: { ...quiet, ...more } }, spec)

let sandbox: TestSandbox
beforeAll(async () => {
  sandbox = await TestSandbox.start()
  for (const level of ['privileged', 'baseline', 'restricted']) {
    await sandbox.kubectlOk(['create', 'namespace', level])
    await sandbox.kubectlOk(['label', 'namespace', level, `pod-security.kubernetes.io/enforce=${level}`])
  }
  await sandbox.kubectlOk(['create', 'namespace', 'warned'])
  await sandbox.kubectlOk(['label', 'namespace', 'warned', 'pod-security.kubernetes.io/warn=restricted'])
})
afterAll(() => sandbox.stop())

const create = (namespace: string, object: object, ...more: string[]) =>
  sandbox.kubectl(['-n', namespace, 'apply', '-f', '-', ...more], { input: JSON.stringify(object) })
/** Asks without leaving a pod behind. */
const ask = (namespace: string, object: object) => create(namespace, object, '--dry-run=server')

describe('baseline', () => {
  it.each([
    ['the network of the node', pod({}, { hostNetwork: true }), 'host namespaces (hostNetwork=true)'],
    ['its processes', pod({}, { hostPID: true }), 'host namespaces (hostPID=true)'],
    ['its memory', pod({}, { hostIPC: true }), 'host namespaces (hostIPC=true)'],
    ['everything', pod({ securityContext: { privileged: true } }), 'privileged (container "main" must not set'],
    ['a capability', pod({ securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }), 'non-default capabilities'],
    [
      'its files',
      pod({}, { volumes: [{ name: 'root', hostPath: { path: '/' } }] }),
      'hostPath volumes (volume "root")',
    ],
    ['its ports', pod({ ports: [{ containerPort: 80, hostPort: 80 }] }), 'hostPort (container "main"'],
    [
      'no AppArmor',
      pod({ securityContext: { appArmorProfile: { type: 'Unconfined' } } }),
      'forbidden AppArmor profile',
    ],
    [
      'no AppArmor, the old way',
      pod({}, {}, { 'container.apparmor.security.beta.kubernetes.io/main': 'unconfined' }),
      'forbidden AppArmor profile',
    ],
    ['another SELinux type', pod({}, { securityContext: { seLinuxOptions: { type: 'spc_t' } } }), 'seLinuxOptions'],
    ['an open /proc', pod({ securityContext: { procMount: 'Unmasked' } }), 'procMount'],
    ['no seccomp', pod({}, { securityContext: { seccompProfile: { type: 'Unconfined' } } }), 'seccompProfile'],
    [
      'a setting of the kernel',
      pod({}, { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }),
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      'everything in an init container',
      pod({}, { initContainers: [{ ...main, name: 'first', securityContext: { privileged: true } }] }),
      'container "first" must not set',
    ],
  ])('refuses a pod that wants %s, and restricted does too', async (_what, object, words) => {
    const { code, stderr } = await ask('baseline', object)
    expect([code, stderr]).toEqual([1, expect.stringContaining('violates PodSecurity "baseline:latest":') as string])
    expect(stderr).toContain(words)
    expect((await ask('restricted', object)).code).toBe(1)
    expect(await ask('privileged', object)).toMatchObject({ code: 0 })
  })

  it('allows an ordinary pod', async () => {
    expect(await ask('baseline', pod())).toMatchObject({ code: 0 })
    expect(await ask('baseline', pod({ securityContext: { capabilities: { add: ['NET_BIND_SERVICE'] } } }))).toMatchObject({ code: 0 }) // prettier-ignore
  })
})

describe('restricted', () => {
  it.each([
    [
      'that may gain privileges',
      secured({ allowPrivilegeEscalation: undefined }),
      'allowPrivilegeEscalation != false (container "main" must set',
    ],
    ['that keeps capabilities', secured({ capabilities: {} }), 'unrestricted capabilities (container "main" must set'],
    ['that adds one', secured({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } }), 'unrestricted capabilities'],
    [
      'that may be root',
      secured({ runAsNonRoot: undefined }),
      'runAsNonRoot != true (pod or container "main" must set',
    ],
    ['that is root', secured({ runAsUser: 0 }), 'runAsUser=0 (container "main" must not set runAsUser=0)'],
    ['without seccomp', secured({ seccompProfile: undefined }), 'seccompProfile (pod or container "main" must set'],
    [
      'with a volume of a network',
      secured({}, { volumes: [{ name: 'share', nfs: { server: 's', path: '/' } }] }),
      'restricted volume types (volume "share" uses restricted volume type "nfs")',
    ],
  ])('refuses a pod %s', async (_what, object, words) => {
    const { code, stderr } = await ask('restricted', object)
    expect([code, stderr]).toEqual([1, expect.stringContaining('violates PodSecurity "restricted:latest":') as string])
    expect(stderr).toContain(words)
    expect(await ask('baseline', object)).toMatchObject({ code: 0 })
  })

  it('allows a pod that sets all of it, on itself or on its containers', async () => {
    expect(await ask('restricted', secured())).toMatchObject({ code: 0, stderr: '' })
    const { runAsNonRoot, seccompProfile, ...container } = quiet
    const split = pod({ securityContext: container }, { securityContext: { runAsNonRoot, seccompProfile } })
    expect(await ask('restricted', split)).toMatchObject({ code: 0 })
  })

  it('keeps a workload, and refuses its pods with an event', async () => {
    const labels = { app: 'loose' }
    const template = { metadata: { labels }, spec: { containers: [main] } }
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'loose' },
      spec: { selector: { matchLabels: labels }, template },
    }
    expect(await create('restricted', deployment)).toMatchObject({ code: 0 })
    await until('an event says why', async () => {
      const events = await sandbox.kubectlOk(['-n', 'restricted', 'get', 'events'])
      return events.includes('FailedCreate') && events.includes('violates PodSecurity "restricted:latest"')
    })
    expect(await sandbox.kubectlOk(['-n', 'restricted', 'get', 'pods', '-o', 'name'])).toBe('')
  })
})

describe('warn', () => {
  it('lets it be, and says what restricted would refuse, of pods and of workloads', async () => {
    const { code, stderr } = await ask('warned', pod())
    expect([code, stderr]).toEqual([0, expect.stringContaining('Warning: would violate PodSecurity "restricted:latest"') as string]) // prettier-ignore
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job' }, spec: { template: { spec: { restartPolicy: 'Never', containers: [main] } } } } // prettier-ignore
    expect((await ask('warned', job)).stderr).toContain('Warning: would violate PodSecurity')
    expect((await ask('warned', secured())).stderr).toBe('')
  })

  it('says nothing where no label asks for it', async () => {
    expect(await ask('default', pod())).toMatchObject({ code: 0, stderr: '' })
  })
})
