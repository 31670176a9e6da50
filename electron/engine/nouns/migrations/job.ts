import type { V1EnvVar } from '@kubernetes/client-node'
import { ConsoleError } from '#shared/errors.ts'
import { getObject, listObjects, type ClusterConnection, type KubeObject } from '../../kube/index.ts'

/** Of resources/manifests: what reaches the database by the network policies, and what runs the suite. */
const app = 'agency-swarm-migrate'
const backend = 'agency-swarm-backend'
/** Seconds. */
const deadline = 3600
const keptFor = 86_400

interface Container {
  name: string
  image?: string
  env?: V1EnvVar[]
  [field: string]: unknown
}

interface PodSpec {
  containers: Container[]
  [field: string]: unknown
}

interface Template {
  spec?: PodSpec
}

/**
 * A Job of a new name that runs the suite's migrator: from the template of the newest migration Job there is, else from the backend's
 * pods; in either case with the image that is installed.
 * @param args of the suite: `['migrate']`, `['migrate', 'down', '1']`
 * @throws ConsoleError NOT_FOUND when the suite is not installed here
 */
export async function migrationJob(
  connection: ClusterConnection,
  namespace: string,
  args: string[],
  signal?: AbortSignal,
): Promise<KubeObject> {
  const options = { namespace, ...(signal && { signal }) }
  const [jobs, deployment] = await Promise.all([
    listObjects(connection, { apiVersion: 'batch/v1', kind: 'Job' }, { ...options, labelSelector: `app=${app}` }),
    getObject(connection, { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: backend }, options),
  ])
  const running = templateOf(deployment)
  const image = running.spec?.containers[0]?.image
  if (image === undefined)
    throw new ConsoleError('NOT_FOUND', `Deployment ${backend} in ${namespace} has no container.`)
  const newest = jobs.sort((a, b) =>
    (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''),
  )[0]
  const spec = newest ? templateOf(newest).spec : fromService(running.spec)
  const [container] = spec?.containers ?? []
  if (!spec || !container)
    throw new ConsoleError('NOT_FOUND', `No pod template to migrate with was found in ${namespace}.`)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      // The template of a Job cannot be changed: each has a name of its own.
      name: `${app}-${connection.clock.now().toString(36)}`,
      namespace,
      labels: { app },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: deadline,
      ttlSecondsAfterFinished: keptFor,
      template: {
        metadata: { labels: { app } },
        spec: { ...spec, restartPolicy: 'Never', containers: [{ ...container, image, args }] },
      },
    },
  }
}

const templateOf = ({ spec }: KubeObject): Template => (spec as { template?: Template } | undefined)?.template ?? {}

/** What a service has and a job must not: ports and probes, rules for spreading, hooks. */
function fromService(spec: PodSpec | undefined): PodSpec | undefined {
  const [container] = spec?.containers ?? []
  if (!spec || !container) return undefined
  const {
    name: _,
    ports: _ports,
    livenessProbe: _live,
    readinessProbe: _ready,
    startupProbe: _start,
    lifecycle: _hooks,
    ...kept
  } = container
  const { topologySpreadConstraints: _spread, affinity: _affinity, initContainers: _initial, ...rest } = spec
  const migrate = { ...kept, name: 'migrate', env: withAdministrator(kept) }
  return { ...rest, containers: [migrate] }
}

/** The migrator also adds the first user, whose password lies beside the database's. */
function withAdministrator({ env = [] }: Pick<Container, 'env'>): V1EnvVar[] {
  const secret = env.find(({ valueFrom }) => valueFrom?.secretKeyRef?.key === 'POSTGRES_PASSWORD')?.valueFrom
    ?.secretKeyRef?.name
  if (secret === undefined || env.some(({ name }) => name === 'ADMIN_PASSWORD')) return env
  return [...env, { name: 'ADMIN_PASSWORD', valueFrom: { secretKeyRef: { name: secret, key: 'ADMIN_PASSWORD' } } }]
}
