import type { UnreadKind } from '#shared/contract/unknown.ts'
import { discover, fieldManager, type ClusterConnection, type KubeObject } from '../../../kube/index.ts'
import { isAppliedBy } from '../../../objects/fields/owners.ts'
import { Lists } from '../../../objects/known.ts'
import { idOf, partOf } from '../../../objects/objects.ts'
import { releaseLabel } from '../releases/store.ts'

/** Kinds that a suite consists of, looked through besides those of the release. */
const usual: readonly [apiVersion: string, kind: string][] = [
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'ResourceQuota'],
  ['v1', 'LimitRange'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['batch/v1', 'Job'],
  ['batch/v1', 'CronJob'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
]

/** The console's own: records of releases, and what was there before an edit. */
const ownNames = /^agency-swarm-(release|previous)(-|$)/

/** What carries the suite's label in the namespace and is in no release. */
export async function unexpectedObjects(
  connection: ClusterConnection,
  namespace: string,
  recorded: readonly KubeObject[],
  signal?: AbortSignal,
): Promise<{ strays: KubeObject[]; unread: UnreadKind[] }> {
  const resources = await discover(connection, { signal })
  const kinds = new Map<string, { apiVersion: string; kind: string }>()
  for (const { apiVersion, kind } of [
    ...usual.map(([version, name]) => ({ apiVersion: version, kind: name })),
    ...recorded,
  ])
    if (resources.ofKind(apiVersion, kind)?.namespaced) kinds.set(`${apiVersion} ${kind}`, { apiVersion, kind })
  const [label] = Object.entries(partOf)
  const labelSelector = label ? label.join('=') : ''
  const lists = new Lists(connection, { namespace, labelSelector, signal })
  const found = await Promise.all([...kinds.values()].map(({ apiVersion, kind }) => lists.all(apiVersion, kind)))
  const known = new Set(recorded.map(idOf))
  const strays = found.flat().filter((object) => !known.has(idOf(object)) && isStray(object, recorded))
  return { strays, unread: lists.unread }
}

function isStray(object: KubeObject, recorded: readonly KubeObject[]): boolean {
  const { metadata, kind } = object
  if (metadata.deletionTimestamp !== undefined || metadata.labels?.[releaseLabel] !== undefined) return false
  if (metadata.ownerReferences?.some(({ controller }) => controller === true)) return false
  if (ownNames.test(metadata.name)) return false
  // A Job of an earlier release has run, and goes by itself.
  if (kind === 'Job') return !isAppliedBy(object, fieldManager)
  return kind !== 'PersistentVolumeClaim' || !isClaimOfSet(metadata.name, recorded)
}

/** Claims are named `<template>-<set>-<ordinal>`, and outlive their set on purpose. */
const isClaimOfSet = (name: string, recorded: readonly KubeObject[]) =>
  recorded.some(
    ({ kind, metadata }) =>
      kind === 'StatefulSet' && new RegExp(`-${metadata.name.replaceAll('.', '\\.')}-\\d+$`).test(name),
  )
