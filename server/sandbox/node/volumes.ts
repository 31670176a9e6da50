import { chownSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import type { Store } from '../store/types.ts'
import { makeOwnFolder } from './directories.ts'
import { podField, resourceField } from './fieldReferences.ts'
import type { ConfigMap, DownwardFile, KeyToPath, Pod, ProjectedSource, Secret, Volume } from './kinds.ts'

/** What keeps a pod's volumes from being ready; shown as a FailedMount event with this message. */
export class MountError extends Error {
  override readonly name = 'MountError'
}

export interface VolumeInput {
  store: Store
  pod: Pod
  volume: Volume
  /** The pod's own folder; claims live outside it, in `volumes`. */
  podDirectory: string
  volumes: string
  /** Who runs the pod's processes, where that is not who runs the sandbox. */
  owner: { uid: number; gid: number } | undefined
  capacity: Record<string, number>
}

const refused: Record<string, string> = {
  hostPath:
    'hostPath volumes are refused: a pod of the sandbox is an ordinary process and must not be handed host folders by name',
}

/**
 * Makes a volume's folder and fills it. Called again when a ConfigMap or Secret changes.
 * @returns its local path
 * @throws MountError when something it needs is missing or of a kind the sandbox does not have
 */
export function prepareVolume(input: VolumeInput): string {
  const { volume } = input
  if (volume.persistentVolumeClaim !== undefined) return claimDirectory(input, volume.persistentVolumeClaim.claimName)
  const folder = join(input.podDirectory, 'volumes', volume.name)
  if (volume.emptyDir !== undefined) {
    makeFolder(folder, input)
    return folder
  }
  const files = volumeFiles(input)
  if (files === undefined) {
    const source = Object.keys(volume).find((key) => key !== 'name') ?? 'none'
    throw new MountError(refused[source] ?? `volumes of type ${source} are not available in the sandbox`)
  }
  writeFiles(folder, files, input)
  return folder
}

type Files = Map<string, { content: Buffer; mode: number | undefined }>

function volumeFiles(input: VolumeInput): Files | undefined {
  const { volume } = input
  if (volume.configMap !== undefined)
    return sourceFiles(input, { configMap: volume.configMap }, volume.configMap.defaultMode)
  if (volume.secret !== undefined) {
    const { secretName, ...rest } = volume.secret
    return sourceFiles(
      input,
      { secret: { ...rest, ...(secretName === undefined ? {} : { name: secretName }) } },
      rest.defaultMode,
    )
  }
  if (volume.downwardAPI !== undefined)
    return sourceFiles(input, { downwardAPI: volume.downwardAPI }, volume.downwardAPI.defaultMode)
  if (volume.projected === undefined) return undefined
  const { sources, defaultMode } = volume.projected
  return new Map((sources ?? []).flatMap((source) => [...sourceFiles(input, source, defaultMode)]))
}

function sourceFiles(input: VolumeInput, source: ProjectedSource, mode: number | undefined): Files {
  if (source.configMap !== undefined) {
    const found = referenced(input, 'configmap', source.configMap)
    const text = Object.entries(found?.data ?? {}).map(([key, value]): [string, Buffer] => [key, Buffer.from(value)])
    return select(new Map([...text, ...decoded(found?.binaryData)]), source.configMap, mode)
  }
  if (source.secret !== undefined) {
    const found = referenced(input, 'secret', source.secret)
    return select(new Map(decoded(found?.data)), source.secret, mode)
  }
  if (source.downwardAPI !== undefined) return downwardFiles(input, source.downwardAPI.items ?? [], mode)
  throw new MountError('service account tokens are not issued in the sandbox: remove the serviceAccountToken source')
}

function referenced(
  input: VolumeInput,
  noun: 'configmap' | 'secret',
  selector: { name?: string; optional?: boolean },
): (ConfigMap & Secret) | undefined {
  const found = input.store.get<ConfigMap & Secret>(`${noun}s`, input.pod.metadata.namespace, selector.name ?? '')
  if (found === undefined && selector.optional !== true) {
    throw new MountError(
      `MountVolume.SetUp failed for volume "${input.volume.name}" : ${noun} "${selector.name ?? ''}" not found`,
    )
  }
  return found
}

function decoded(entries: Record<string, string> | undefined): [string, Buffer][] {
  return Object.entries(entries ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')])
}

function select(
  entries: Map<string, Buffer>,
  selector: { items?: KeyToPath[]; optional?: boolean },
  mode: number | undefined,
): Files {
  const items: KeyToPath[] = selector.items ?? [...entries.keys()].map((key) => ({ key, path: key }))
  const files: Files = new Map()
  for (const item of items) {
    const content = entries.get(item.key)
    if (content !== undefined) files.set(item.path, { content, mode: item.mode ?? mode })
    else if (selector.optional !== true) throw new MountError(`references non-existent config key: ${item.key}`)
  }
  return files
}

function downwardFiles(input: VolumeInput, items: DownwardFile[], mode: number | undefined): Files {
  return new Map(
    items.map((item) => {
      const value =
        item.fieldRef === undefined
          ? resourceField(input.pod, undefined, item.resourceFieldRef ?? { resource: '' }, input.capacity)
          : podField(input.pod, item.fieldRef.fieldPath)
      return [item.path, { content: Buffer.from(value), mode }]
    }),
  )
}

function writeFiles(folder: string, files: Files, input: VolumeInput): void {
  makeFolder(folder, input)
  removeOthers(folder, new Set([...files.keys()].map((path) => normalize(path))))
  for (const [path, { content, mode }] of files) {
    const inside = normalize(path)
    if (inside.startsWith('..')) throw new MountError(`invalid path ${path}: must not leave the volume`)
    const target = join(folder, inside)
    mkdirSync(dirname(target), { recursive: true })
    // Renamed into place: a program that reads it meanwhile sees the old or the new text.
    writeFileSync(`${target}.new`, content, { mode: mode ?? 0o644 })
    give(`${target}.new`, input)
    renameSync(`${target}.new`, target)
  }
}

/** Removes files that the ConfigMap or Secret no longer has. */
function removeOthers(folder: string, wanted: ReadonlySet<string>): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const isNeeded = wanted.has(name) || [...wanted].some((path) => path.startsWith(`${name}/`))
    if (!isNeeded) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

/** A claim is a folder that outlives its pods; it is named by the volume that the claim is bound to. */
function claimDirectory(input: VolumeInput, claimName: string): string {
  const claim = input.store.get('persistentvolumeclaims', input.pod.metadata.namespace, claimName)
  if (claim === undefined) throw new MountError(`persistentvolumeclaim "${claimName}" not found`)
  const volumeName = claim.spec?.['volumeName']
  if (claim.status?.['phase'] !== 'Bound' || typeof volumeName !== 'string') {
    throw new MountError(`persistentvolumeclaim "${claimName}" is not bound yet`)
  }
  const folder = join(input.volumes, volumeName)
  makeFolder(folder, input)
  return folder
}

function makeFolder(folder: string, input: VolumeInput): void {
  makeOwnFolder(folder, input.owner)
  // A claim's folder may have belonged to another user before.
  give(folder, input)
}

function give(path: string, { owner }: VolumeInput): void {
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid)
}
