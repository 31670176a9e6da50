import type { NewObject } from '../../store/types.ts'

/** Volumes of this provisioner are folders of the node, named by the volume. */
export const provisioner = 'sandbox.local/folder'
export const defaultClassAnnotation = 'storageclass.kubernetes.io/is-default-class'

export const sandboxStorageClass: NewObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'sandbox-local', annotations: { [defaultClassAnnotation]: 'true' } },
  provisioner,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
  allowVolumeExpansion: true,
}
