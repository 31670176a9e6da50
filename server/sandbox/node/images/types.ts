import type { OperatingSystemUser } from './user.ts'
import type { Mounts } from '../mounts.ts'
import type { LaunchRequest } from '../processes/types.ts'
import type { HostPrograms } from './hostPrograms.ts'

/** A container as an image recipe sees it: everything resolved, mount paths made local. */
export interface ContainerSetting {
  /** The reference as the pod gives it: `docker.io/agency-swarm/suite:0.1.0`. */
  image: string
  command: string[] | undefined
  args: string[] | undefined
  environment: Map<string, string>
  mounts: Mounts
  /** The container's own folder: working directory, HOME, and where paths that are not mounted are put. */
  root: string
  /** Where the processes of this container may listen. */
  podAddress: string
  /** For Unix sockets: short, private to the container. */
  socketDirectory: string
  programs: HostPrograms
}

/** A process of a container: the last one is the container, those before it prepare and must exit with 0. */
export interface Step extends Pick<LaunchRequest, 'run' | 'args'> {
  environment: Record<string, string>
  directory: string
  /** Written to its standard input, which is then closed. */
  input?: string
}

export interface ImageRecipe {
  /** How the table and events name it. */
  repository: string
  /** Other repositories that are run the same way. */
  aliases?: string[]
  /** What has to be installed on this machine before it can run; undefined when nothing is missing. */
  missing?: (programs: HostPrograms) => string | undefined
  /** Who runs it where the sandbox is root and the program refuses root. */
  user?: (programs: HostPrograms) => OperatingSystemUser | undefined
  /** The signal that asks for an orderly end; SIGTERM unless the image says otherwise. */
  stopSignal?: NodeJS.Signals
  /** Variables of the image: those of the manifest win. */
  environment?: (setting: ContainerSetting) => Record<string, string>
  /** Corrects variables of the manifest that cannot hold on a shared machine. Exec sessions get the result too. */
  adjust?: (setting: ContainerSetting) => void
  /** What the container runs; files and folders it needs are made on the way. */
  steps: (setting: ContainerSetting) => Generator<Step>
}
