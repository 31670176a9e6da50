import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Claim, PersistentVolume } from '../kinds.ts'
import { podSpec } from '../testing/manifests.ts'
import { TestCluster } from '../testing/testCluster.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start()
})
afterEach(async () => {
  await cluster.stop()
  expect(cluster.errors).toEqual([])
})

const claim = (): Claim | undefined => cluster.get<Claim>('persistentvolumeclaims', 'files')
const volumes = (): PersistentVolume[] => cluster.store.list<PersistentVolume>('persistentvolumes')
const create = (fields: Record<string, unknown> = {}): unknown =>
  cluster.create('persistentvolumeclaims', {
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'files' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...fields },
  })
const staticVolume = (name: string, storage: string, fields: Record<string, unknown> = {}): void => {
  cluster.store.create('persistentvolumes', {
    apiVersion: '',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'manual',
      persistentVolumeReclaimPolicy: 'Retain',
      ...fields,
    },
  })
}

test('a claim without a class gets a new volume of the default class, and takes it along when it goes', async () => {
  create()
  await cluster.until(() => claim()?.status?.phase === 'Bound' && volumes()[0]?.status?.phase === 'Bound')
  const [volume] = volumes()
  expect(claim()?.spec).toMatchObject({ storageClassName: 'sandbox-local', volumeName: volume?.metadata.name })
  expect(claim()?.status).toEqual({ phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } })
  expect(volume?.spec.claimRef).toMatchObject({ namespace: 'default', name: 'files', uid: claim()?.metadata.uid })
  cluster.store.delete('persistentvolumeclaims', 'default', 'files')
  await cluster.until(() => claim() === undefined && volumes().length === 0)
})

test('a claim that a pod uses stays until the pod is gone', async () => {
  create()
  cluster.create('pods', {
    kind: 'Pod',
    metadata: { name: 'writer' },
    spec: podSpec({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'files' } }] }),
  })
  await cluster.until(() => cluster.pods()[0]?.status?.phase === 'Running')
  cluster.store.delete('persistentvolumeclaims', 'default', 'files')
  await cluster.settle()
  expect(claim()?.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection'])
  cluster.store.delete('pods', 'default', 'writer')
  await cluster.until(() => claim() === undefined)
})

test('of the volumes an administrator made, the smallest that is large enough is taken, and it is kept afterwards', async () => {
  staticVolume('small', '1Gi')
  staticVolume('huge', '100Gi')
  staticVolume('right', '3Gi')
  create({ storageClassName: 'manual' })
  await cluster.until(() => claim()?.status?.phase === 'Bound')
  expect(claim()?.spec.volumeName).toBe('right')
  cluster.store.delete('persistentvolumeclaims', 'default', 'files')
  await cluster.until(() => volumes().find((volume) => volume.metadata.name === 'right')?.status?.phase === 'Released')
  create({ storageClassName: 'manual' })
  await cluster.until(() => claim()?.spec.volumeName === 'huge')
})

test('a claim that asks for more later gets more', async () => {
  create()
  await cluster.until(() => claim()?.status?.phase === 'Bound')
  cluster.change('persistentvolumeclaims', 'files', (object) => {
    object.spec = { ...object.spec, resources: { requests: { storage: '5Gi' } } }
  })
  await cluster.until(
    () => claim()?.status?.capacity?.storage === '5Gi' && volumes()[0]?.spec.capacity.storage === '5Gi',
  )
})

test('a claim whose volume was deleted is lost', async () => {
  create()
  await cluster.until(() => claim()?.status?.phase === 'Bound')
  cluster.store.delete('persistentvolumes', undefined, volumes()[0]?.metadata.name ?? '')
  await cluster.until(() => claim()?.status?.phase === 'Lost')
  expect(cluster.events('ClaimLost')).toHaveLength(1)
})
