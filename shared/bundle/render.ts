import { z } from 'zod'
import { ConsoleError } from '#shared/errors.ts'
import { releaseId } from '../contract/plan.ts'
import { version } from '#shared/contract/deploy.ts'
import type { KubeObject } from '#shared/kubeObject.ts'
import { checkValues } from './checkValues.ts'
import { fill, isSet } from './fill.ts'
import { completeImages } from './images.ts'
import { fillSecret } from './secrets.ts'
import type { Bundle, Values } from './types.ts'

/** Names the stage of an object; written in the manifests. */
const stageAnnotation = 'console.agency-swarm.dev/stage'
/** Paths of values: the object is left out unless they are set. Written in the manifests, and not applied. */
const whenAnnotation = 'console.agency-swarm.dev/when'
const clusterScoped = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'StorageClass', 'PersistentVolume'])

export interface RenderedStage {
  id: string
  objects: KubeObject[]
}

export interface Rendering {
  profile: string
  /** The administrator's own values as YAML, over those of the profile; may be empty. */
  values: string
  namespace: string
  version: string
  /** Unique for each deployment. */
  release: string
  /** From the console's settings; empty leaves the profile's. Ends in a slash. A values file that names one wins. */
  registry: string
  /** What the cluster's Secrets hold already, by name and key; generated values are made once and kept. */
  secrets: ReadonlyMap<string, ReadonlyMap<string, string>>
}

const deployment = z.object({
  namespace: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
  version,
  release: releaseId,
})

/**
 * The objects of one deployment, by stage.
 * @throws ConsoleError BAD_INPUT; when values are invalid, `details.faults` says each with its path and line
 */
export function render(bundle: Bundle, rendering: Rendering): RenderedStage[] {
  const values = valuesOf(bundle, rendering)
  const stages = new Map<string, KubeObject[]>()
  for (const template of bundle.objects) {
    const object = renderObject(template, values, rendering)
    if (!object) continue
    const stage = object.metadata.annotations?.[stageAnnotation] ?? 'other'
    stages.set(stage, [...(stages.get(stage) ?? []), object])
  }
  return [...stages].map(([id, objects]) => ({ id, objects }))
}

function renderObject(template: KubeObject, values: Values, { namespace, secrets }: Rendering): KubeObject | undefined {
  const { [whenAnnotation]: when, ...annotations } = template.metadata.annotations ?? {}
  if (when !== undefined && !isSet(values, when)) return undefined
  const metadata = { ...template.metadata, annotations }
  const object = fill({ ...template, metadata }, values) as KubeObject
  if (!isClusterScoped(object)) object.metadata = { ...object.metadata, namespace }
  return object.kind === 'Secret' ? fillSecret(object, secrets.get(object.metadata.name) ?? new Map()) : object
}

function valuesOf(bundle: Bundle, rendering: Rendering): Values {
  const own = deployment.safeParse(rendering)
  if (!own.success) {
    const [issue] = own.error.issues
    const name = String(issue?.path[0]) as 'namespace' | 'version' | 'release'
    const message = `The ${name} of a deployment cannot be ${JSON.stringify(rendering[name].slice(0, 80))}.`
    throw new ConsoleError('BAD_INPUT', message)
  }
  const { registry, profile } = rendering
  const settings = registry === '' ? bundle : withRegistry(bundle, profile, registry)
  const { faults, values } = checkValues(settings, profile, rendering.values)
  if (faults.length > 0) {
    const lines = faults.map(({ line, message }) => (line > 0 ? `Line ${line}: ${message}` : message))
    throw new ConsoleError('BAD_INPUT', lines.join(' '), { faults })
  }
  return { ...completeImages(values, own.data.version), ...own.data }
}

const withRegistry = (bundle: Bundle, profile: string, registry: string): Bundle => ({
  ...bundle,
  profiles: bundle.profiles.map((each) =>
    each.id === profile ? { ...each, values: { ...each.values, registry } } : each,
  ),
})

export const isClusterScoped = ({ kind }: { kind: string }) => clusterScoped.has(kind)

/** Names of Secrets whose present values must be known before rendering. */
export function secretNames(bundle: Bundle): string[] {
  return bundle.objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name)
}
