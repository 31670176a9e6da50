import { ConsoleError } from '#shared/errors.ts'
import type { ApiResource } from './types.ts'

/** A path segment as Kubernetes allows names: never a way out of the path. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/%]/.test(name)) {
    throw new ConsoleError('BAD_INPUT', `"${name}" is not a name Kubernetes allows. Nothing was sent.`, { name })
  }
  return encodeURIComponent(name)
}

/** `/apis/apps/v1/namespaces/shop/deployments/backend/scale`; without a namespace: all namespaces. */
export function pathOf(
  resource: Pick<ApiResource, 'group' | 'version' | 'name' | 'namespaced'>,
  at: { namespace?: string | undefined; name?: string | undefined; subresource?: string | undefined } = {},
): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
  const namespace = resource.namespaced && at.namespace !== undefined ? `/namespaces/${segment(at.namespace)}` : ''
  const name = at.name === undefined ? '' : `/${segment(at.name)}`
  const subresource = at.subresource === undefined ? '' : `/${segment(at.subresource)}`
  return `${root}${namespace}/${resource.name}${name}${subresource}`
}

/** A pod's subresource: `log`, `exec`, `portforward`. */
export const podPath = (namespace: string, pod: string, subresource?: string): string =>
  pathOf({ group: '', version: 'v1', name: 'pods', namespaced: true }, { namespace, name: pod, subresource })

/** apiVersion of a resource's objects. */
export const apiVersionOf = (resource: Pick<ApiResource, 'group' | 'version'>): string =>
  resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
