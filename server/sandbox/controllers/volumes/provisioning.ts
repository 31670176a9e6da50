import type { KubeObject } from '../../store/types.ts'
import type { Claim, PersistentVolume } from '../kinds.ts'
import type { ControllerContext } from '../loop/controlLoop.ts'
import { component, volumes, writeClaimPhase } from './claims.ts'
import { provisioner } from './storageClass.ts'

type StorageClass = KubeObject & { provisioner: string; reclaimPolicy?: string }

/** Makes a volume for a claim, reserved for it from the start; undefined when its class cannot, which an event tells. */
export function provision(context: ControllerContext, claim: Claim): PersistentVolume | undefined {
  const className = claim.spec.storageClassName ?? ''
  const storageClass = context.store.get<StorageClass>('storageclasses.storage.k8s.io', undefined, className)
  if (storageClass?.provisioner !== provisioner) {
    const problem = problemWith(className, storageClass)
    context.recordEvent(claim, problem.type, problem.reason, problem.message, component)
    writeClaimPhase(context, claim, 'Pending')
    return undefined
  }
  const { namespace = '', name, uid } = claim.metadata
  const volumeName = `pvc-${uid}`
  const created = context.store.create<PersistentVolume>(volumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volumeName, annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
    spec: {
      capacity: { storage: claim.spec.resources?.requests?.storage ?? '1Gi' },
      accessModes: [...(claim.spec.accessModes ?? ['ReadWriteOnce'])],
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: className,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      csi: { driver: provisioner, volumeHandle: volumeName },
    },
    status: { phase: 'Available' },
  })
  const what = `Successfully provisioned volume ${volumeName}`
  context.recordEvent(claim, 'Normal', 'ProvisioningSucceeded', what, component)
  return created
}

interface Problem {
  type: 'Normal' | 'Warning'
  reason: string
  message: string
}

function problemWith(className: string, storageClass: StorageClass | undefined): Problem {
  if (className === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set'
    return { type: 'Normal', reason: 'FailedBinding', message }
  }
  if (storageClass === undefined) {
    const message = `storageclass.storage.k8s.io "${className}" not found`
    return { type: 'Warning', reason: 'ProvisioningFailed', message }
  }
  const message = `Waiting for a volume to be created by the external provisioner '${storageClass.provisioner}'`
  return { type: 'Normal', reason: 'ExternalProvisioning', message }
}
