import { randomInt } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments, parse } from 'yaml'
import { ConsoleError } from '#shared/errors.ts'
import type { KubeObject } from '../kube/index.ts'
import { schemaOf, valueFaults, type Values } from './values.ts'

/** Names the stage of an object; written in the manifests. */
const stageAnnotation = 'console.agency-swarm.dev/stage'
const clusterScoped = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'StorageClass', 'PersistentVolume'])

interface Profile {
  id: string
  title: string
  values: Values
}

/** resources/manifests as it is in the files: parsed, not filled. */
export interface Bundle {
  profiles: Profile[]
  /** In the order of their files, which is the order of the stages. */
  objects: KubeObject[]
  schema: ReturnType<typeof schemaOf>
}

export interface RenderedStage {
  id: string
  objects: KubeObject[]
}

export interface Rendering {
  profile: string
  namespace: string
  version: string
  /** Unique for each deployment. */
  release: string
  /** From the settings; empty leaves the profile's. Ends in a slash. */
  registry: string
  /** What the cluster's Secrets hold already, by name and key; generated values are made once and kept. */
  secrets: ReadonlyMap<string, ReadonlyMap<string, string>>
}

export async function loadBundle(resourcesDirectory: string): Promise<Bundle> {
  const root = join(resourcesDirectory, 'manifests')
  const text = (...path: string[]) => readFile(join(root, ...path), 'utf8')
  const files = (names: string[]) => names.filter((name) => name.endsWith('.yaml')).sort()
  const base = await Promise.all(files(await readdir(join(root, 'base'))).map((name) => text('base', name)))
  const profiles = await Promise.all(
    files(await readdir(join(root, 'profiles'))).map(async (name) => {
      const { title, ...values } = parse(await text('profiles', name)) as Values
      const id = name.replace(/\.yaml$/, '')
      return { id, title: typeof title === 'string' ? title : id, values }
    }),
  )
  const objects = base.flatMap((file) =>
    parseAllDocuments(file).map((document) => document.toJS() as KubeObject | null),
  )
  return {
    profiles,
    objects: objects.filter((object) => object !== null),
    schema: schemaOf(JSON.parse(await text('values.schema.json'))),
  }
}

/**
 * The objects of one deployment, by stage.
 * @throws ConsoleError BAD_INPUT naming the value that does not fit
 */
export function render(bundle: Bundle, rendering: Rendering): RenderedStage[] {
  const { namespace, version, release, registry } = rendering
  const profile = bundle.profiles.find(({ id }) => id === rendering.profile)
  if (!profile) throw new ConsoleError('BAD_INPUT', `There is no profile ${rendering.profile}. Nothing was changed.`)
  const values: Values = { ...profile.values, namespace, version, release, ...(registry !== '' && { registry }) }
  const faults = valueFaults(bundle.schema, values)
  if (faults.length > 0) throw new ConsoleError('BAD_INPUT', `${faults.join(' ')} Nothing was changed.`, { faults })
  const stages = new Map<string, KubeObject[]>()
  for (const template of bundle.objects) {
    const object = place(fill(template, values) as KubeObject, namespace)
    if (object.kind === 'Secret') fillSecret(object, rendering.secrets.get(object.metadata.name) ?? new Map())
    const stage = object.metadata.annotations?.[stageAnnotation] ?? 'other'
    stages.set(stage, [...(stages.get(stage) ?? []), object])
  }
  return [...stages].map(([id, objects]) => ({ id, objects }))
}

export const isClusterScoped = ({ kind }: { kind: string }) => clusterScoped.has(kind)

/** Names of Secrets whose present values must be known before rendering. */
export function secretNames(bundle: Bundle): string[] {
  return bundle.objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name)
}

function place(object: KubeObject, namespace: string): KubeObject {
  if (!isClusterScoped(object)) object.metadata = { ...object.metadata, namespace }
  return object
}

const placeholder = /\$\{([A-Za-z]+)\}/g
const dropped = Symbol('dropped')

/** Values go into parsed manifests, so a value can never change their shape. See resources/manifests/README.md. */
function fill(node: unknown, values: Values): unknown {
  if (typeof node === 'string') return fillText(node, values)
  if (Array.isArray(node)) return node.map((item) => fill(item, values)).filter((item) => item !== dropped)
  if (typeof node !== 'object' || node === null) return node
  const entries = Object.entries(node).map(([key, value]) => [key, fill(value, values)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== dropped))
}

function fillText(text: string, values: Values): unknown {
  const whole = /^\$\{([A-Za-z]+)\}$/.exec(text)?.[1]
  if (whole === undefined) return text.replaceAll(placeholder, (_match, name: string) => String(valueOf(values, name)))
  const value = valueOf(values, whole)
  return value === '' ? dropped : value
}

function valueOf(values: Values, name: string): string | number {
  const value = values[name]
  if (value === undefined)
    throw new ConsoleError('BAD_INPUT', `A manifest asks for the value ${name}, which no profile gives.`)
  return value
}

/**
 * `stringData` becomes `data`: with server-side apply the server keeps both and their owners apart, and a removed key would stay.
 * (Kubernetes, "Secret": "The stringData field does not work well with server-side apply".)
 */
function fillSecret(secret: KubeObject, present: ReadonlyMap<string, string>): void {
  const { stringData = {}, ...rest } = secret as KubeObject & { stringData?: Record<string, string> }
  const data = Object.entries(stringData).map(([key, text]) => {
    const length = /^\$\{generated:(\d+)\}$/.exec(text)?.[1]
    const value = length === undefined ? text : (present.get(key) ?? generated(Number(length)))
    return [key, Buffer.from(value).toString('base64')] as const
  })
  for (const key of Object.keys(secret)) if (!(key in rest)) Reflect.deleteProperty(secret, key)
  secret['data'] = { ...(rest['data'] as Record<string, string> | undefined), ...Object.fromEntries(data) }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function generated(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}
