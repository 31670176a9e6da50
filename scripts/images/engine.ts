import { run } from '../setup/run.ts'

export const engineNames = ['docker', 'podman', 'buildah'] as const
export type EngineName = (typeof engineNames)[number]

export interface ImageBuild {
  containerfile: string
  context: string
  /** `agency-swarm/suite:1.2.3` */
  name: string
  /** `NAME=value` for ARG lines. */
  buildArguments: string[]
}

const advice = `Install one of them and try again:
  Debian, Ubuntu   apt-get install buildah      (or podman, docker.io)
  Fedora, RHEL     dnf install buildah          (or podman)
  macOS            brew install podman && podman machine init && podman machine start
  Windows          winget install RedHat.Podman (or Docker.DockerDesktop)`

/**
 * The engine that is asked for, or the first one that answers.
 * @throws Error saying what to install
 */
export async function findEngine(wanted?: EngineName): Promise<EngineName> {
  const reasons: string[] = []
  for (const name of wanted === undefined ? engineNames : [wanted]) {
    try {
      // docker's client answers without its server, which `info` asks; buildah and podman are their own server.
      await run(name, name === 'docker' ? ['version', '--format', '{{.Server.Version}}'] : ['--version'])
      return name
    } catch (error) {
      reasons.push(`  ${name}: ${reasonOf(error)}`)
    }
  }
  throw new Error(`No engine that builds images can be used here:\n${reasons.join('\n')}\n${advice}`)
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'is not installed'
  const lines = error instanceof Error ? error.message.trim().split('\n') : [String(error)]
  return lines.at(-1) ?? ''
}

/** Arguments of a build. Everything is an argument of its own: no shell reads any of it. */
export const buildArguments = (engine: EngineName, { containerfile, context, name, buildArguments }: ImageBuild) => [
  'build',
  // The format that every registry and runtime takes; docker writes no other.
  ...(engine === 'docker' ? [] : ['--format', 'oci']),
  '--file',
  containerfile,
  '--tag',
  name,
  ...buildArguments.flatMap((each) => ['--build-arg', each]),
  context,
]

/** Commands that bring an image into a registry. */
export function pushCommands(engine: EngineName, name: string, registry: string): string[][] {
  const target = `${registry}${name}`
  if (engine === 'buildah') return [['push', name, `docker://${target}`]]
  return [
    ['tag', name, target],
    ['push', target],
  ]
}

/**
 * Commands that write images as an OCI layout: into a folder, which the caller packs, or (docker) into the archive itself.
 * `docker save` writes an OCI layout from version 25 on.
 */
export function saveCommands(engine: EngineName, names: string[], folder: string, archive: string): string[][] {
  if (engine === 'docker') return [['save', '--output', archive, ...names]]
  return names.map((name) => ['push', name, `oci:${folder}:docker.io/${name}`])
}
