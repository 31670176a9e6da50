import { resources } from '../../store/resources.ts'
import type { Component, KubeObject } from '../../store/types.ts'
import { withCondition, type Condition } from '../conditions.ts'
import { controlLoop, keyOf, ownKey, splitKey, watching, type ControllerContext } from '../loop/controlLoop.ts'
import { isBeingDeleted } from '../objects.ts'
import { terminationConditions, type Remaining } from './termination.ts'

const finalizer = 'kubernetes'
const rootCertificate = 'kube-root-ca.crt'

type Namespace = KubeObject<{ finalizers?: string[] }, { phase?: string; conditions?: Condition[] }>

const content = resources.filter((row) => row.namespaced && row.name !== 'events')

/**
 * Furnishes every namespace with its default ServiceAccount and the cluster's certificate, and empties those that are being
 * deleted before they go.
 */
export function namespaceController(context: ControllerContext, certificate: string): Component {
  const { store } = context
  const homeOf = (object: KubeObject): string[] => [`/${object.metadata.namespace ?? ''}`]
  const ifTerminating = (object: KubeObject): string[] => {
    const home = store.get('namespaces', undefined, object.metadata.namespace ?? '')
    return home !== undefined && isBeingDeleted(home) ? [keyOf(home)] : []
  }
  const isFurniture = ({ metadata: { name } }: KubeObject): boolean => name === 'default' || name === rootCertificate
  return controlLoop(
    {
      name: 'namespace-controller',
      watches: [
        watching<Namespace>('namespaces', ownKey),
        ...content.map((row) => watching(row.name, ifTerminating)),
        ...['serviceaccounts', 'configmaps'].map((each) =>
          watching(each, (object) => (isFurniture(object) ? homeOf(object) : [])),
        ),
      ],
      reconcile(key) {
        const { name } = splitKey(key)
        const namespace = store.get<Namespace>('namespaces', undefined, name)
        if (namespace === undefined) return undefined
        if (isBeingDeleted(namespace)) empty(context, namespace)
        else furnish(context, namespace, certificate)
        return undefined
      },
    },
    context,
  )
}

function furnish(context: ControllerContext, namespace: Namespace, certificate: string): void {
  const { store } = context
  const { name } = namespace.metadata
  store.update<Namespace>('namespaces', undefined, name, (changed) => {
    const finalizers = changed.spec?.finalizers ?? []
    if (!finalizers.includes(finalizer)) changed.spec = { ...changed.spec, finalizers: [...finalizers, finalizer] }
  })
  const activate = (changed: Namespace): void => void (changed.status = { ...changed.status, phase: 'Active' })
  store.update<Namespace>('namespaces', undefined, name, activate, { subresource: 'status' })
  if (store.get('serviceaccounts', name, 'default') === undefined) {
    const metadata = { name: 'default', namespace: name }
    store.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata })
  }
  if (certificate === '') return
  const data = { 'ca.crt': certificate }
  if (store.get('configmaps', name, rootCertificate) === undefined) {
    const metadata = { name: rootCertificate, namespace: name }
    store.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
  } else store.update('configmaps', name, rootCertificate, (changed) => void (changed.data = data))
}

function empty(context: ControllerContext, namespace: Namespace): void {
  const { store } = context
  const { name } = namespace.metadata
  const remaining: Remaining[] = []
  for (const row of content) {
    for (const object of store.list(row.name, { namespace: name })) {
      if (isBeingDeleted(object)) continue
      store.delete(row.name, name, object.metadata.name, { propagationPolicy: 'Background' })
    }
    const left = store.list(row.name, { namespace: name })
    if (left.length > 0) remaining.push({ resource: row.name, objects: left })
  }
  writeConditions(context, name, remaining)
  if (remaining.length > 0) return
  for (const event of store.list('events', { namespace: name })) store.delete('events', name, event.metadata.name)
  store.update<Namespace>('namespaces', undefined, name, (changed) => {
    changed.spec = {
      ...changed.spec,
      finalizers: (changed.spec?.finalizers ?? []).filter((each) => each !== finalizer),
    }
  })
}

function writeConditions(context: ControllerContext, name: string, remaining: Remaining[]): void {
  const now = context.clock.now()
  const write = (changed: Namespace): void => {
    const conditions = terminationConditions(remaining).reduce<Condition[]>(
      (all, each) => withCondition(all, each, now),
      changed.status?.conditions ?? [],
    )
    changed.status = { ...changed.status, phase: 'Terminating', conditions }
  }
  context.store.update<Namespace>('namespaces', undefined, name, write, { subresource: 'status' })
}
