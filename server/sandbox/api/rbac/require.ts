import type { Store } from '../../store/types.ts'
import { ApiError } from '../errors.ts'
import type { User } from '../podEndpoints.ts'
import { findGrant, type Attempt } from './authorize.ts'

/** 403 in a Kubernetes API server's words unless RBAC allows the attempt. */
export function requireAccess(store: Store, user: User, attempt: Attempt): void {
  if (findGrant(store, user, attempt) !== undefined) return
  if ('path' in attempt) {
    const message = `forbidden: User "${user.name}" cannot ${attempt.verb} path "${attempt.path}"`
    throw new ApiError(403, 'Forbidden', message, {})
  }
  const { group, name, namespace, subresource } = attempt
  const resource = subresource === '' ? attempt.resource : `${attempt.resource}/${subresource}`
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const qualified = group === '' ? attempt.resource : `${attempt.resource}.${group}`
  throw new ApiError(
    403,
    'Forbidden',
    `${qualified} ${name === '' ? '' : `"${name}" `}is forbidden: User "${user.name}" cannot ${attempt.verb} resource ` +
      `"${resource}" in API group "${group}" ${scope}`,
    { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: attempt.resource },
  )
}
