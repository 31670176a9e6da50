import type { IncomingMessage } from 'node:http'
import type { Store } from '../../store/types.ts'
import type { User } from '../podEndpoints.ts'
import { requireAccess } from '../rbac/require.ts'

const attempt = (resource: string, name: string) => ({
  verb: 'impersonate',
  group: '',
  resource,
  subresource: '',
  namespace: '',
  name,
})

/**
 * The user a request acts as (`kubectl --as`, `--as-group`): the one in its Impersonate headers, if the asker may.
 * @throws ApiError 403 when RBAC does not allow it
 */
export function impersonate(request: IncomingMessage, asker: User, store: Store): User {
  const { 'impersonate-user': [name] = [], 'impersonate-group': groups = [] } = request.headersDistinct
  if (name === undefined) return asker
  requireAccess(store, asker, attempt('users', name))
  for (const group of groups) requireAccess(store, asker, attempt('groups', group))
  return { name, groups: [...groups, 'system:authenticated'] }
}
