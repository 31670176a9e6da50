import type { V1Pod, V1RoleBinding } from '@kubernetes/client-node'
import type { Scope } from '#shared/contract/base.ts'
import { ConsoleError } from '#shared/errors.ts'
import { createSubresource, listObjects, type ClusterConnection } from '../../kube/index.ts'

export interface AccountRow {
  name: string
  roles: string[]
  pods: number
  createdAt: number
}

/** The service accounts of a namespace, what is bound to them there, and how many pods run as them. */
export async function listAccounts(
  connection: ClusterConnection,
  namespace: string,
  signal?: AbortSignal,
): Promise<AccountRow[]> {
  const options = { namespace, signal }
  const [accounts, bindings, pods] = await Promise.all([
    listObjects(connection, { apiVersion: 'v1', kind: 'ServiceAccount' }, options),
    listObjects(connection, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' }, options),
    listObjects(connection, { apiVersion: 'v1', kind: 'Pod' }, options),
  ])
  const runs = (pods as unknown as V1Pod[]).map(({ spec }) => spec?.serviceAccountName ?? 'default')
  return accounts.map(({ metadata }) => ({
    name: metadata.name,
    roles: rolesOf(metadata.name, namespace, bindings as unknown as V1RoleBinding[]),
    pods: runs.filter((name) => name === metadata.name).length,
    createdAt: Date.parse(metadata.creationTimestamp ?? ''),
  }))
}

/** Bound by name, or as one of the groups every service account is in. */
function rolesOf(name: string, namespace: string, bindings: V1RoleBinding[]): string[] {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
  const bound = bindings.filter(({ metadata, subjects = [] }) =>
    subjects.some((subject) =>
      subject.kind === 'Group'
        ? groups.includes(subject.name)
        : subject.kind === 'ServiceAccount' &&
          subject.name === name &&
          (subject.namespace ?? metadata?.namespace) === namespace,
    ),
  )
  return [...new Set(bound.map(({ roleRef }) => `${roleRef.kind} ${roleRef.name}`))].sort()
}

/**
 * A token that ends by itself (TokenRequest). The cluster keeps no list of them: it cannot be taken back other than by deleting the
 * account.
 * @param seconds asked for; the server may decide otherwise, `expiresAt` says how
 * @throws ConsoleError NOT_FOUND, FORBIDDEN
 */
export async function createToken(
  connection: ClusterConnection,
  { namespace, name, seconds }: Omit<Scope, 'context'> & { name: string; seconds: number },
): Promise<{ token: string; expiresAt: number }> {
  const ref = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name }
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: seconds },
  }
  const { status } = await createSubresource(connection, ref, 'token', request)
  const { token, expirationTimestamp } = (status ?? {}) as { token?: string; expirationTimestamp?: string }
  if (token === undefined || token === '') {
    throw new ConsoleError('INTERNAL', `The cluster answered without a token for ${name}. Nothing was created.`)
  }
  return { token, expiresAt: Date.parse(expirationTimestamp ?? '') }
}
