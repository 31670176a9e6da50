import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeDirectories } from './directories.ts'
import type { Pod } from './kinds.ts'
import { type NodeFixture, isReady, poll, shell, startNode } from './testing/nodeFixture.ts'

let fixture: NodeFixture
beforeAll(async () => {
  fixture = await startNode()
})
afterAll(() => fixture.stop())

const exitCode = (name: string, container = 0) =>
  fixture.pod(name)?.status?.containerStatuses?.[container]?.state.terminated?.exitCode

describe('a pod of the node', () => {
  it('registers the node with capacity, a Ready condition and a lease', () => {
    const node = fixture.store.get('nodes', undefined, 'sandbox-node')
    expect(node?.status).toMatchObject({ capacity: { pods: '110' }, allocatable: { pods: '110' } })
    expect(node?.status?.['conditions']).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }))
    const lease = fixture.store.get('leases.coordination.k8s.io', 'kube-node-lease', 'sandbox-node')
    expect(lease?.spec).toMatchObject({ holderIdentity: 'sandbox-node' })
  })

  it('runs as a process with an address of its own, becomes Ready and ends on deletion', async () => {
    fixture.run('plain', { containers: [shell('echo hello; exec sleep 1000')] })
    const pod = await fixture.until('plain', isReady)
    expect(pod.status).toMatchObject({ phase: 'Running', hostIP: '127.0.0.1' })
    expect(pod.status?.podIP).toMatch(/^127\.\d+\.\d+\.\d+$/)
    const reasons = fixture.events('plain').map(({ reason }) => reason)
    expect(reasons).toEqual(expect.arrayContaining(['Pulled', 'Created', 'Started']))
    const folder = join(nodeDirectories(fixture.stateDirectory).pods, pod.metadata.uid)
    expect(existsSync(folder)).toBe(true)
    fixture.store.delete('pods', 'default', 'plain')
    await fixture.untilGone('plain')
    expect(existsSync(folder)).toBe(false)
    expect(readdirSync(nodeDirectories(fixture.stateDirectory).sockets)).toEqual([])
    expect(fixture.events('plain')).toContainEqual(expect.objectContaining({ reason: 'Killing' }))
  })

  it('kills a process that ignores its stop signal when the grace period is over', async () => {
    fixture.run('stubborn', {
      terminationGracePeriodSeconds: 1,
      containers: [shell("trap '' TERM; echo up; while :; do sleep 0.2; done")],
    })
    await fixture.until('stubborn', isReady)
    fixture.store.delete('pods', 'default', 'stubborn')
    await fixture.untilGone('stubborn')
  })

  it('counts a finished pod as Succeeded or Failed by its exit codes', async () => {
    fixture.run('fine', { restartPolicy: 'Never', containers: [shell('exit 0')] })
    fixture.run('bad', { restartPolicy: 'Never', containers: [shell('echo why > /dev/termination-log; exit 3')] })
    expect((await fixture.until('fine', (pod) => pod.status?.phase === 'Succeeded')).status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'False', reason: 'PodCompleted' }),
    )
    const bad = await fixture.until('bad', (pod) => pod.status?.phase === 'Failed')
    expect(bad.status?.containerStatuses?.[0]?.state.terminated).toMatchObject({
      exitCode: 3,
      reason: 'Error',
      message: 'why\n',
    })
  })

  it('takes the end of the log as termination message where the policy says so', async () => {
    const container = shell('echo the last words; exit 1', { terminationMessagePolicy: 'FallbackToLogsOnError' })
    fixture.run('talker', { restartPolicy: 'Never', containers: [container] })
    const pod = await fixture.until('talker', ({ status }) => status?.phase === 'Failed')
    expect(pod.status?.containerStatuses?.[0]?.state.terminated?.message).toBe('the last words\n')
  })

  it('reports the signal that ended a container as 128 plus its number', async () => {
    fixture.run('killed', { restartPolicy: 'Never', containers: [shell('kill -KILL $$$$')] })
    await fixture.until('killed', (pod) => pod.status?.phase === 'Failed')
    expect(exitCode('killed')).toBe(137)
  })

  it('restarts a crashing container with growing waits and keeps the last state', async () => {
    fixture.run('crash', { containers: [shell('exit 7')] })
    const waiting = await fixture.until('crash', (pod) => {
      const status = pod.status?.containerStatuses?.[0]
      return status?.state.waiting?.reason === 'CrashLoopBackOff' && status.restartCount >= 2
    })
    const status = waiting.status?.containerStatuses?.[0]
    expect(status?.lastState.terminated).toMatchObject({ exitCode: 7, reason: 'Error' })
    expect(waiting.status?.phase).toBe('Running')
    expect(fixture.events('crash')).toContainEqual(expect.objectContaining({ reason: 'BackOff', type: 'Warning' }))
    fixture.store.delete('pods', 'default', 'crash')
    await fixture.untilGone('crash')
  })

  it('runs init containers in order before the others and shares volumes with them', async () => {
    const mount = { volumeMounts: [{ name: 'work', mountPath: '/work' }] }
    fixture.run('ordered', {
      restartPolicy: 'Never',
      volumes: [{ name: 'work', emptyDir: {} }],
      initContainers: [
        shell('echo one >> /work/order', { name: 'first', ...mount }),
        shell('echo two >> /work/order', { name: 'second', ...mount }),
      ],
      containers: [shell('test "$(cat /work/order | tr "\\n" " ")" = "one two "', mount)],
    })
    const pod = await fixture.until('ordered', ({ status }) => status?.phase === 'Succeeded')
    expect(pod.status?.initContainerStatuses?.map(({ ready }) => ready)).toEqual([true, true])
  })

  it('fails a pod whose init container fails, without starting the others', async () => {
    fixture.run('halted', {
      restartPolicy: 'Never',
      initContainers: [shell('exit 4', { name: 'first' })],
      containers: [shell('exit 0')],
    })
    const pod = await fixture.until('halted', ({ status }) => status?.phase === 'Failed')
    expect(pod.status?.containerStatuses?.[0]?.state.waiting?.reason).toBe('PodInitializing')
    expect(pod.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Initialized', status: 'False' }))
  })

  it('runs preStop before the stop signal', async () => {
    const container = shell('trap "exit 0" TERM; while :; do sleep 0.1; done', {
      volumeMounts: [{ name: 'seen', mountPath: '/seen' }],
      lifecycle: { preStop: { exec: { command: ['sh', '-c', 'echo stopping > /seen/hook'] } } },
    })
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'seen', namespace: 'default' },
      spec: { volumeName: 'pv-seen' },
      status: { phase: 'Bound' },
    }
    fixture.store.create('persistentvolumeclaims', claim)
    fixture.run('hooked', {
      terminationGracePeriodSeconds: 20,
      volumes: [{ name: 'seen', persistentVolumeClaim: { claimName: 'seen' } }],
      containers: [container],
    })
    await fixture.until('hooked', isReady)
    fixture.store.delete('pods', 'default', 'hooked')
    await fixture.untilGone('hooked')
    expect(existsSync(join(nodeDirectories(fixture.stateDirectory).volumes, 'pv-seen', 'hook'))).toBe(true)
  })

  it('keeps a pod with an unknown image in ImagePullBackOff and names the images there are', async () => {
    fixture.run('stranger', { containers: [{ name: 'main', image: 'example.org/nginx:1.27' }] })
    await fixture.until(
      'stranger',
      (pod) => pod.status?.containerStatuses?.[0]?.state.waiting?.reason === 'ImagePullBackOff',
    )
    const failed = fixture.events('stranger').find(({ message }) => message.startsWith('Failed to pull image'))
    expect(failed?.message).toContain('pgvector/pgvector')
    expect(fixture.pod('stranger')?.status?.phase).toBe('Pending')
  })

  it('waits in CreateContainerConfigError for a missing ConfigMap and starts when it is there', async () => {
    const env = [{ name: 'WORD', valueFrom: { configMapKeyRef: { name: 'late', key: 'word' } } }]
    fixture.run('patient', { restartPolicy: 'Never', containers: [shell('test "$WORD" = there', { env })] })
    const waiting = await fixture.until(
      'patient',
      (pod) => pod.status?.containerStatuses?.[0]?.state.waiting?.reason === 'CreateContainerConfigError',
    )
    expect(waiting.status?.containerStatuses?.[0]?.state.waiting?.message).toBe('configmap "late" not found')
    fixture.store.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'late', namespace: 'default' },
      data: { word: 'there' },
    })
    await fixture.until('patient', ({ status }) => status?.phase === 'Succeeded')
  })

  it('ends a container that passes its memory limit as OOMKilled', async () => {
    const script = 'const held = []; setInterval(() => held.push(Buffer.alloc(20_000_000, 1)), 20)'
    const container = {
      name: 'main',
      image: 'node:24',
      command: ['node', '-e', script],
      resources: { limits: { memory: '200Mi' } },
    }
    fixture.run('greedy', { restartPolicy: 'Never', containers: [container] })
    const pod = await fixture.until('greedy', ({ status }) => status?.phase === 'Failed')
    expect(pod.status?.containerStatuses?.[0]?.state.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 })
    expect(fixture.events('greedy')).toContainEqual(expect.objectContaining({ reason: 'OOMKilling' }))
  })

  it('measures processor time and memory of a running container', async () => {
    fixture.run('busy', { containers: [shell('while :; do :; done')] })
    await fixture.until('busy', isReady)
    const usage = await poll(() => fixture.node.usage('default', 'busy'))
    expect(usage?.containers[0]?.memoryBytes).toBeGreaterThan(100_000)
    const burning = await poll(() => {
      const cores = fixture.node.usage('default', 'busy')?.containers[0]?.cpuMillicores ?? 0
      return cores > 50 ? cores : undefined
    })
    expect(burning).toBeGreaterThan(50)
    fixture.store.delete('pods', 'default', 'busy', { gracePeriodSeconds: 0 })
    await fixture.untilGone('busy')
  })

  it('restarts a container whose image is changed', async () => {
    fixture.run('changed', { containers: [shell('exec sleep 1000')] })
    await fixture.until('changed', isReady)
    fixture.store.update<Pod>('pods', 'default', 'changed', (pod) => {
      for (const container of pod.spec.containers) container.image = 'alpine:3'
    })
    const pod = await fixture.until('changed', ({ status }) => status?.containerStatuses?.[0]?.restartCount === 1)
    expect(pod.status?.containerStatuses?.[0]?.image).toBe('alpine:3')
  })

  it('ends a pod at its active deadline', async () => {
    fixture.run('late-runner', {
      activeDeadlineSeconds: 1,
      restartPolicy: 'Never',
      containers: [shell('exec sleep 1000')],
    })
    const pod = await fixture.until('late-runner', ({ status }) => status?.reason === 'DeadlineExceeded')
    expect(pod.status?.phase).toBe('Failed')
  })
})
