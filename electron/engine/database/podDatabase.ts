import { ConsoleError } from '#shared/errors.ts'
import {
  tailOf,
  toolPreamble,
  type DatabaseDirectory,
  type DatabaseServer,
  type ToolRun,
} from '../ports/databaseServer.ts'
import type { ClusterDirectory } from '../ports/directory.ts'
import { exec, getObject, listObjects, type ClusterConnection, type KubeObject } from '../kube/index.ts'
import { containerVariables, type Container } from './environment.ts'
import { openSession, type Credentials } from './sqlSession.ts'

/** The StatefulSet of resources/manifests that holds the database. */
const statefulSet = 'postgresql'

interface DatabasePod {
  namespace: string
  pod: string
  container: string
  port: number
  credentials: Credentials
}

/** Databases of suites in clusters: found by their StatefulSet, entered by exec and port-forward. */
export function podDatabases(directory: ClusterDirectory): DatabaseDirectory {
  return {
    serverOf: async (cluster, namespace, signal) => {
      const connection = await directory.connection(cluster)
      return podServer(connection, await findPod(connection, namespace, signal))
    },
  }
}

async function findPod(connection: ClusterConnection, namespace: string, signal?: AbortSignal): Promise<DatabasePod> {
  const options = { signal }
  const set = await getObject(
    connection,
    { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: statefulSet },
    options,
  )
  const spec = set.spec as {
    selector?: { matchLabels?: Record<string, string> }
    template?: { spec?: { containers?: Container[] } }
  }
  const container = spec.template?.spec?.containers?.[0]
  if (!container)
    throw new ConsoleError('NOT_FOUND', `The StatefulSet ${statefulSet} in ${namespace} has no container.`)
  const variables = await containerVariables(connection, namespace, container, signal)
  const selector = Object.entries(spec.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`)
  const pods = await listObjects(
    connection,
    { apiVersion: 'v1', kind: 'Pod' },
    { namespace, labelSelector: selector.join(','), ...options },
  )
  const pod = pods.filter(isReady).sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))[0]
  if (!pod) {
    throw new ConsoleError(
      'NOT_FOUND',
      `No database pod is ready in ${namespace}. Look at the pod ${statefulSet}-0 and its events, then try again.`,
      { pods: pods.map(({ metadata }) => metadata.name) },
    )
  }
  const user = variables.get('POSTGRES_USER') ?? 'postgres'
  return {
    namespace,
    pod: pod.metadata.name,
    container: container.name,
    port: container.ports?.[0]?.containerPort ?? 5432,
    credentials: {
      user,
      password: variables.get('POSTGRES_PASSWORD') ?? '',
      database: variables.get('POSTGRES_DB') ?? user,
    },
  }
}

function isReady(pod: KubeObject): boolean {
  const conditions = (pod.status?.conditions ?? []) as { type: string; status: string }[]
  return (
    pod.metadata.deletionTimestamp === undefined &&
    conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  )
}

function podServer(connection: ClusterConnection, place: DatabasePod): DatabaseServer {
  const { namespace, pod, container, credentials } = place
  return {
    database: credentials.database,
    connect: (database, applicationName, signal) =>
      openSession(connection, place, { ...credentials, database }, applicationName, signal),
    runTool: async (script, parameters, signal): Promise<ToolRun> => {
      const command = ['sh', '-c', toolPreamble + script, 'sh', ...parameters]
      const session = await exec(connection, {
        namespace,
        pod,
        container,
        command,
        stdin: true,
        signal,
      })
      // A tool that ended early closes its stdin: the trailer tells why, the broken pipe does not.
      session.stdin.on('error', () => undefined)
      session.stdin.write(`${credentials.user}\n${credentials.password}\n`)
      const errors = tailOf(session.stderr)
      const finished = session.status.then(async ({ exitCode }) => ({ exitCode, errors: await errors }))
      finished.catch(() => undefined)
      return { stdout: session.stdout, stdin: session.stdin, finished, stop: () => session.close() }
    },
  }
}
