import type { NewObject } from '../../store/types.ts'
import type { Claim, ControllerRevision, Pod, StatefulSet } from '../kinds.ts'
import { podFromTemplate } from '../podTemplate.ts'

export const revisionLabel = 'controller-revision-hash'

/** The number at the end of a StatefulSet pod's name; -1 for a name that is not of this set. */
export function ordinalOf(set: StatefulSet, pod: Pod): number {
  const prefix = `${set.metadata.name}-`
  const rest = pod.metadata.name.startsWith(prefix) ? pod.metadata.name.slice(prefix.length) : ''
  return /^\d+$/.test(rest) ? Number(rest) : -1
}

export const podName = (set: StatefulSet, ordinal: number): string => `${set.metadata.name}-${ordinal}`

/** The claims of one ordinal: `<template>-<set>-<ordinal>`, which outlive the pod. */
export function claimsOf(set: StatefulSet, ordinal: number): (NewObject<Claim> & { metadata: { name: string } })[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${template.metadata.name}-${podName(set, ordinal)}`,
      namespace: set.metadata.namespace ?? '',
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      ...(template.metadata.annotations === undefined ? {} : { annotations: { ...template.metadata.annotations } }),
    },
    spec: structuredClone(template.spec),
    status: { phase: 'Pending' },
  }))
}

/** The pod of one ordinal as a revision describes it. */
export function podOf(set: StatefulSet, ordinal: number, revision: ControllerRevision): NewObject<Pod> {
  const { $patch: _, ...template } = revision.data.spec.template
  const name = podName(set, ordinal)
  const pod = podFromTemplate(template, set, { name })
  pod.metadata.labels = {
    ...pod.metadata.labels,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
    [revisionLabel]: revision.metadata.name,
  }
  const templates = (set.spec.volumeClaimTemplates ?? []).map((each) => each.metadata.name)
  const others = (pod.spec.volumes ?? []).filter((volume) => !templates.includes(volume.name))
  const claimed = templates.map((each) => ({ name: each, persistentVolumeClaim: { claimName: `${each}-${name}` } }))
  const volumes = [...others, ...claimed]
  return {
    ...pod,
    spec: {
      ...pod.spec,
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  }
}
