import { randomUUID } from 'node:crypto'
import type { Fault, Scope } from '#shared/contract/base.ts'
import type { Plan } from '#shared/contract/deploy.ts'
import { ConsoleError } from '#shared/errors.ts'
import { getObject, type ClusterConnection } from '../kube/index.ts'
import { runChecks, type Check } from './checks.ts'
import { tryObject, type Tried } from './dryRun.ts'
import { render, secretNames, type Bundle, type RenderedStage, type Rendering } from './bundle/index.ts'
import { stageTitle, waitsOf } from './stages.ts'

export interface PlanRequest extends Scope {
  profile: string
  version: string
  registry: string
  release: string
  now: number
  signal?: AbortSignal
}

type NamespaceState = 'absent' | 'active' | 'terminating'

async function namespaceState(
  connection: ClusterConnection,
  name: string,
  signal?: AbortSignal,
): Promise<NamespaceState> {
  try {
    const namespace = await getObject(
      connection,
      { apiVersion: 'v1', kind: 'Namespace', name },
      signal ? { signal } : {},
    )
    return namespace.metadata.deletionTimestamp === undefined ? 'active' : 'terminating'
  } catch (error) {
    if (error instanceof ConsoleError && error.code === 'NOT_FOUND') return 'absent'
    // Users of one namespace may not read it; it is there, or their other requests say so.
    if (error instanceof ConsoleError && error.code === 'FORBIDDEN') return 'active'
    throw error
  }
}

/**
 * The manifests filled for one deployment, with the cluster's own secrets where it has some.
 * @param isTrial for a plan: who may not read the secrets gets the answer of the dry run instead of an error
 */
export async function renderFor(
  connection: ClusterConnection,
  bundle: Bundle,
  request: Omit<Rendering, 'secrets' | 'values'> & { values?: string },
  isTrial: boolean,
  signal?: AbortSignal,
): Promise<RenderedStage[]> {
  const secrets = new Map<string, Map<string, string>>()
  for (const name of secretNames(bundle)) {
    const found = presentSecret(connection, request.namespace, name, signal)
    secrets.set(name, isTrial ? await found.catch(forbiddenIsEmpty) : await found)
  }
  return render(bundle, { values: '', ...request, secrets })
}

function forbiddenIsEmpty(error: unknown): Map<string, string> {
  if (error instanceof ConsoleError && error.code === 'FORBIDDEN') return new Map()
  throw error
}

async function presentSecret(connection: ClusterConnection, namespace: string, name: string, signal?: AbortSignal) {
  try {
    const secret = await getObject(
      connection,
      { apiVersion: 'v1', kind: 'Secret', namespace, name },
      signal ? { signal } : {},
    )
    const data = Object.entries((secret['data'] ?? {}) as Record<string, string>)
    return new Map(data.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
  } catch (error) {
    if (error instanceof ConsoleError && error.code === 'NOT_FOUND') return new Map<string, string>()
    throw error
  }
}

/** What deploying would do, asked of the server object by object. Changes nothing. */
export async function makePlan(connection: ClusterConnection, bundle: Bundle, request: PlanRequest): Promise<Plan> {
  const { namespace, profile, version, now, signal } = request
  const state = await namespaceState(connection, namespace, signal)
  const rendered = await renderFor(connection, bundle, request, true, signal)
  const tried = new Map<string, Tried[]>()
  for (const { id, objects } of rendered) {
    tried.set(id, await Promise.all(objects.map((object) => tryObject(connection, object, state === 'active', signal))))
  }
  const all = [...tried.values()].flat()
  const checks = await runChecks(
    connection,
    namespace,
    rendered.flatMap(({ objects }) => objects),
  )
  return {
    id: randomUUID(),
    profile,
    version,
    stages: rendered.map(({ id, objects }) => ({
      id,
      title: stageTitle(id),
      waits: waitsOf(objects),
      resources: (tried.get(id) ?? []).map(({ resource }) => resource),
    })),
    checks: [namespaceCheck(namespace, state), dryRunCheck(all), ...checks],
    blockers:
      state === 'terminating'
        ? [terminating(namespace)]
        : [...all.flatMap(({ blocker }) => blocker ?? []), ...failedChecks(checks)],
    madeAt: now,
  }
}

const terminating = (namespace: string): Fault => ({
  code: 'NAMESPACE_TERMINATING',
  message: `The namespace ${namespace} is being deleted, and nothing can be created in it. Wait until it is gone, or choose another one.`,
  details: { namespace },
})

const failedChecks = (checks: Check[]): Fault[] =>
  checks
    .filter(({ state }) => state === 'failed')
    .map(({ title, detail }) => ({ code: 'DEPLOY_FAILED', message: `${title}: ${detail}`, details: {} }))

function namespaceCheck(namespace: string, state: NamespaceState): Check {
  const title = 'Namespace'
  if (state === 'active') return { title, state: 'passed', detail: `${namespace} exists.` }
  if (state === 'absent') return { title, state: 'passed', detail: `${namespace} will be created.` }
  return { title, state: 'failed', detail: `${namespace} is being deleted.` }
}

function dryRunCheck(all: Tried[]): Check {
  const asked = all.filter(({ wasAsked }) => wasAsked)
  const accepted = asked.filter(({ blocker }) => !blocker)
  const title = 'Dry run on the server'
  if (accepted.length < asked.length)
    return { title, state: 'failed', detail: `${accepted.length} of ${asked.length} objects accepted.` }
  if (asked.length === all.length)
    return { title, state: 'passed', detail: `${asked.length} of ${all.length} objects accepted, no field conflicts.` }
  const detail = `${asked.length} of ${all.length} objects could be asked for; the others need the namespace first, and are checked while deploying.`
  return { title, state: 'warning', detail }
}
