import { listObjects } from '../../../kube/index.ts'
import type { Found, Preflight } from './types.ts'
import { failed, passed, warning } from './results.ts'

export async function ingressCheck({ connection, objects, signal }: Preflight): Promise<Found> {
  const ingresses = objects.filter(({ kind }) => kind === 'Ingress')
  if (ingresses.length === 0) return undefined
  const options = { signal }
  const classes = await listObjects(connection, { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' }, options)
  const names = classes.map(({ metadata }) => metadata.name)
  const known = names.join(', ') || 'none'
  for (const { spec } of ingresses) {
    const wanted = spec?.['ingressClassName']
    if (typeof wanted === 'string') {
      if (!names.includes(wanted))
        return failed(
          `There is no ingress class ${wanted}, so no controller would serve the hosts.`,
          `Name another one in the values, or install its controller. There are: ${known}.`,
        )
      continue
    }
    const isDefault = ({ metadata }: (typeof classes)[number]) =>
      metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true'
    if (!classes.some(isDefault))
      return warning(
        'No ingress class is set and none is the default: possibly no controller serves the hosts.',
        `Name one in the values. There are: ${known}.`,
      )
  }
  return passed(`${known}.`)
}
