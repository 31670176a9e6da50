import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, normalize } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { NodeContext } from '../context.ts'
import { makeOwnFolder } from '../directories.ts'
import { containerEnvironment } from '../environment.ts'
import { expand } from '../expansion.ts'
import { ConfigurationError } from '../fieldReferences.ts'
import type { ContainerSetting, ImageRecipe } from '../images/types.ts'
import type { OperatingSystemUser } from '../images/user.ts'
import type { Container, Pod } from '../kinds.ts'
import { Mounts } from '../mounts.ts'

/** A container that is ready to run, and all an exec session in it needs. */
export interface PreparedContainer {
  recipe: ImageRecipe
  setting: ContainerSetting
  user: OperatingSystemUser | undefined
  /** Working directory of its processes. */
  directory: string
  terminationMessagePath: string
}

export interface SetupInput {
  context: NodeContext
  pod: Pod
  container: Container
  recipe: ImageRecipe
  podDirectory: string
  podAddress: string
  volumePaths: ReadonlyMap<string, string>
}

/** sockaddr_un holds 107 bytes; PostgreSQL's socket is named `.s.PGSQL.5432`, and macOS allows 103. */
const longestSocketFolder = 88

/**
 * Resolves a container's variables, command and mounts and makes its folder.
 * @throws ConfigurationError for what the kubelet reports as CreateContainerConfigError
 */
export function prepareContainer(input: SetupInput): PreparedContainer {
  const { context, pod, container, recipe, podDirectory, podAddress } = input
  const programs = context.programs()
  const user = recipe.user?.(programs)
  const root = join(podDirectory, 'containers', container.name)
  const socketDirectory = socketFolder(context, pod, container)
  for (const folder of [root, socketDirectory]) makeOwnFolder(folder, user)
  const declared = containerEnvironment({ store: context.store, pod, container, capacity: context.capacity })
  const terminationMessagePath = join(root, 'termination-log')
  const paths = mountPaths(input, declared)
  linkMounts(root, paths)
  paths.set(container.terminationMessagePath ?? '/dev/termination-log', terminationMessagePath)
  rmSync(terminationMessagePath, { force: true })
  const mounts = new Mounts(paths)
  const local = (word: string): string => mounts.translate(expand(word, declared))
  const setting: ContainerSetting = {
    image: container.image ?? '',
    command: container.command?.map(local),
    args: container.args?.map(local),
    environment: new Map(),
    mounts,
    root,
    podAddress,
    socketDirectory,
    programs,
  }
  const manifest = new Map([...declared].map(([name, value]) => [name, mounts.translate(value)] as const))
  setting.environment = manifest // recipes look at what the manifest says
  const image = recipe.environment?.(setting) ?? {}
  setting.environment = new Map([
    ...Object.entries(baseEnvironment(input, root)),
    ...Object.entries(image),
    ...manifest,
  ])
  recipe.adjust?.(setting)
  completeEnvironment(input, setting)
  const wanted = container.workingDir
  const directory = wanted === undefined ? root : (mounts.locate(wanted) ?? join(root, normalize(`/${wanted}`)))
  makeOwnFolder(directory, user)
  return { recipe, setting, user, directory, terminationMessagePath }
}

function baseEnvironment({ pod, context }: SetupInput, root: string): Record<string, string> {
  return {
    PATH: context.programs().path,
    HOME: root,
    HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
    LANG: 'C.UTF-8',
    ...(process.platform === 'win32' ? windowsEnvironment() : {}),
  }
}

/** Nothing of the sandbox's own environment reaches a pod, save what Windows programs cannot start without. */
function windowsEnvironment(): Record<string, string> {
  const names = ['SystemRoot', 'SystemDrive', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'NUMBER_OF_PROCESSORS']
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

/** Wrappers of the recipe and Node before the host's programs, and what podBootstrap reads. */
function completeEnvironment(
  { context, pod, container, podAddress }: SetupInput,
  { environment, root, programs }: ContainerSetting,
): void {
  // A manifest's own PATH is all there is, as in a container.
  const isOwnPath = container.env?.some(({ name }) => name === 'PATH') === true
  const node = programs.nodeExecutable === undefined || isOwnPath ? [] : [dirname(programs.nodeExecutable)]
  environment.set('PATH', [join(root, 'bin'), environment.get('PATH') ?? '', ...node].join(delimiter))
  // Electron's executable is Node only when it is told so.
  if (process.versions['electron'] !== undefined && programs.nodeExecutable !== undefined) {
    environment.set('ELECTRON_RUN_AS_NODE', '1')
  }
  environment.set('SANDBOX_RESOLVER', context.resolver())
  environment.set('SANDBOX_POD_NAMESPACE', pod.metadata.namespace ?? 'default')
  environment.set('SANDBOX_POD_ADDRESS', podAddress)
  if (context.podBootstrap === undefined || programs.nodeExecutable === undefined) return
  const load = `--import=${pathToFileURL(context.podBootstrap).href}`
  environment.set(
    'NODE_OPTIONS',
    [environment.get('NODE_OPTIONS'), load].filter((part) => part !== undefined).join(' '),
  )
}

function mountPaths(input: SetupInput, environment: ReadonlyMap<string, string>): Map<string, string> {
  const paths = new Map<string, string>()
  for (const mount of input.container.volumeMounts ?? []) {
    const volume = input.volumePaths.get(mount.name)
    if (volume === undefined) throw new ConfigurationError(`volume "${mount.name}" is not declared in the pod`)
    const inside = normalize(expand(mount.subPathExpr ?? mount.subPath ?? '', environment))
    if (inside.startsWith('..') || inside.startsWith('/')) {
      throw new ConfigurationError(`subPath "${inside}" of volume "${mount.name}" must stay inside the volume`)
    }
    const local = join(volume, inside)
    if (!existsSync(local)) makeOwnFolder(local, input.recipe.user?.(input.context.programs()))
    paths.set(mount.mountPath, local.replace(/\/$/, ''))
  }
  return paths
}

/** The container's folder shows its mounts where the manifest puts them, for paths relative to the working directory. */
function linkMounts(root: string, paths: ReadonlyMap<string, string>): void {
  if (process.platform === 'win32') return // links need a privilege there
  for (const [path, local] of [...paths].sort(([a], [b]) => a.length - b.length)) {
    const link = join(root, normalize(`/${path}`)).replace(/\/$/, '')
    if (link === root || lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(local, link)
  }
}

/** Where a container's Unix sockets are; not below the pod's folder, whose path may be too long for them. */
export function socketFolder({ directories }: NodeContext, pod: Pod, container: Container): string {
  const name = createHash('sha256').update(`${pod.metadata.uid}/${container.name}`).digest('hex').slice(0, 10)
  const wanted = join(directories.sockets, name)
  return wanted.length <= longestSocketFolder ? wanted : join(tmpdir(), `sandbox-${name}`)
}
