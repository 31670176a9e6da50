import type { z } from 'zod'
import type { check } from '#shared/contract/deploy.ts'
import { asConsoleError } from '#shared/errors.ts'
import {
  accessReview,
  discover,
  listObjects,
  parseQuantity,
  podMetrics,
  type AccessCheck,
  type ClusterConnection,
  type KubeObject,
  type Resources,
} from '../kube/index.ts'
import { isClusterScoped } from './bundle/index.ts'

export type Check = z.infer<typeof check>

/** From here on everything the manifests use is served without a beta group. */
const oldestMinor = 25

/** What can be found out beforehand. A check that cannot be made says so, and is a warning. */
export async function runChecks(
  connection: ClusterConnection,
  namespace: string,
  objects: KubeObject[],
): Promise<Check[]> {
  const checks: [string, () => Promise<Omit<Check, 'title'>>][] = [
    ['Kubernetes version', () => versionCheck(connection)],
    ['Kinds served by the cluster', async () => kindsCheck(await discover(connection), objects)],
    ['Your rights', async () => rightsCheck(connection, await discover(connection), namespace, objects)],
    ['Storage', () => storageCheck(connection, objects)],
    ['Quota', () => quotaCheck(connection, namespace, objects)],
    ['Metrics', () => metricsCheck(connection, namespace)],
  ]
  return Promise.all(
    checks.map(async ([title, run]) => {
      try {
        return { title, ...(await run()) }
      } catch (thrown) {
        return { title, state: 'warning' as const, detail: `Could not be found out. ${asConsoleError(thrown).message}` }
      }
    }),
  )
}

const passed = (detail: string) => ({ state: 'passed' as const, detail })
const warning = (detail: string) => ({ state: 'warning' as const, detail })
const failed = (detail: string) => ({ state: 'failed' as const, detail })

async function versionCheck(connection: ClusterConnection) {
  const { gitVersion, minor } = await connection.request<{ gitVersion: string; minor: string }>('GET', '/version')
  const isOld = Number.parseInt(minor, 10) < oldestMinor
  return isOld ? failed(`${gitVersion}; at least 1.${oldestMinor} is needed.`) : passed(gitVersion)
}

async function kindsCheck(resources: Resources, objects: KubeObject[]) {
  const kinds = [...new Set(objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))]
  const missing = kinds.filter((line) => {
    const [apiVersion = '', kind = ''] = line.split(' ')
    return resources.ofKind(apiVersion, kind) === undefined
  })
  if (missing.length > 0) return failed(`Not served: ${missing.join(', ')}.`)
  const { broken } = resources
  if (broken.length > 0)
    return warning(
      `${kinds.length} kinds. These APIs do not answer: ${broken.map(({ groupVersion }) => groupVersion).join(', ')}.`,
    )
  return Promise.resolve(passed(`All ${kinds.length} kinds.`))
}

async function rightsCheck(
  connection: ClusterConnection,
  resources: Resources,
  namespace: string,
  objects: KubeObject[],
) {
  const kinds = new Map(
    objects
      .filter((object) => !isClusterScoped(object))
      .map((object) => [`${object.apiVersion} ${object.kind}`, object]),
  )
  const wanted: AccessCheck[] = [...kinds.values()].flatMap(({ apiVersion, kind }) => {
    const resource = resources.ofKind(apiVersion, kind)
    if (!resource) return []
    return ['get', 'create', 'patch'].map((verb) => ({
      verb,
      resource: resource.name,
      group: resource.group,
      namespace,
    }))
  })
  wanted.push({ verb: 'get', resource: 'pods', subresource: 'log', namespace })
  const answers = await accessReview(connection, wanted)
  const denied = answers.filter(({ allowed }) => !allowed)
  if (denied.length === 0) return passed(`All ${wanted.length} rights that deploying needs.`)
  const list = denied.map(
    ({ verb, resource, subresource }) => `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`,
  )
  return failed(`You may not: ${list.join(', ')}.`)
}

async function storageCheck(connection: ClusterConnection, objects: KubeObject[]) {
  interface Template {
    spec?: { storageClassName?: string; resources?: { requests?: { storage?: string } } }
  }
  const templates = objects.flatMap(
    ({ spec }) => (spec as { volumeClaimTemplates?: Template[] } | undefined)?.volumeClaimTemplates ?? [],
  )
  const classes = await listObjects(connection, { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' })
  const standard = classes.find(
    ({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
  )
  const size = templates.map(({ spec }) => spec?.resources?.requests?.storage ?? '?').join(', ')
  for (const { spec } of templates) {
    const name = spec?.storageClassName
    if (name !== undefined && !classes.some(({ metadata }) => metadata.name === name))
      return failed(`There is no storage class ${name}.`)
    if (name === undefined && !standard) return failed('No storage class is the default. Name one in the profile.')
  }
  return passed(`${size} of ${templates[0]?.spec?.storageClassName ?? standard?.metadata.name ?? 'no class'}.`)
}

async function quotaCheck(connection: ClusterConnection, namespace: string, objects: KubeObject[]) {
  const inCluster = await listObjects(connection, { apiVersion: 'v1', kind: 'ResourceQuota' }, { namespace }).catch(
    () => [],
  )
  const planned = objects.filter(({ kind }) => kind === 'ResourceQuota')
  const quotas = [
    ...planned,
    ...inCluster.filter(({ metadata }) => !planned.some((other) => other.metadata.name === metadata.name)),
  ]
  const needed = demandOf(objects)
  const over = quotas.flatMap(({ metadata, spec }) => {
    const hard = (spec as { hard?: Record<string, string> } | undefined)?.hard ?? {}
    return Object.entries(hard)
      .filter(([name, limit]) => (needed.get(name) ?? 0) > parseQuantity(limit))
      .map(([name, limit]) => `${metadata.name} allows ${limit} of ${name}`)
  })
  if (over.length > 0) return failed(`The suite needs more than ${over.join(', ')}.`)
  const cores = needed.get('requests.cpu') ?? 0
  const gigabytes = (needed.get('requests.memory') ?? 0) / 2 ** 30
  return passed(
    `The suite asks for ${cores.toFixed(2)} CPU and ${gigabytes.toFixed(1)} GiB; ${quotas.length === 1 ? 'one quota allows' : `${quotas.length} quotas allow`} it.`,
  )
}

/** What all pods of the workloads ask for, in cores and bytes, under the names quotas use. */
function demandOf(objects: KubeObject[]): Map<string, number> {
  const total = new Map<string, number>()
  for (const { spec } of objects) {
    const workload = spec as
      | {
          replicas?: number
          template?: { spec?: { containers?: { resources?: Record<string, Record<string, string>> }[] } }
        }
      | undefined
    for (const container of workload?.template?.spec?.containers ?? []) {
      for (const side of ['requests', 'limits']) {
        for (const [name, quantity] of Object.entries(container.resources?.[side] ?? {})) {
          const key = `${side}.${name}`
          total.set(key, (total.get(key) ?? 0) + parseQuantity(quantity) * (workload?.replicas ?? 1))
        }
      }
    }
  }
  return total
}

async function metricsCheck(connection: ClusterConnection, namespace: string) {
  try {
    await podMetrics(connection, namespace)
    return passed('The metrics API answers.')
  } catch (thrown) {
    return warning(`${asConsoleError(thrown).message} Without it nothing scales by itself, and no usage is shown.`)
  }
}
