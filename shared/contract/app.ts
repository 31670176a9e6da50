import { z } from 'zod'
import { eventIterator } from '@orpc/contract'
import { read, write } from './base.ts'
import { nothing, type RightsOf } from './right.ts'

export const settings = z.object({
  theme: z.enum(['dark', 'light', 'system']),
  /** Absolute path of kubectl; empty looks in PATH, then in the bundle. */
  kubectlPath: z.string().max(4096),
  /** The clock of all times in the window: the computer's, or UTC as the clusters'. */
  timeZone: z.enum(['local', 'utc']),
  /** Kubeconfig files beside the standard one. */
  kubeconfigFiles: z.array(z.string().min(1).max(4096)).max(64),
  /** Single-key shortcuts. */
  singleKeys: z.boolean(),
  /** Where container images are pulled from, with a trailing slash; empty uses the images' own names. */
  imageRegistry: z.string().max(253),
})
export type Settings = z.infer<typeof settings>

export const appInfo = z.object({
  version: z.string(),
  runtime: z.object({ electron: z.string(), chrome: z.string(), node: z.string() }),
  platform: z.string(),
  user: z.string(),
  dataDirectory: z.string(),
  /** How often the engine was restarted since the window opened. */
  engineStarts: z.number().int(),
})

/** A file of the console that could not be used as it was when the engine started, or since. */
export const fileProblem = z.object({
  path: z.string(),
  /** Where it is kept now; null where it stayed. */
  keptAs: z.string().nullable(),
  /** Whole sentences: what is wrong, what holds now. */
  message: z.string(),
})
export type FileProblem = z.infer<typeof fileProblem>

export const app = {
  info: read.output(appInfo),
  /** Two ticks a second with the engine's clock: the window shows a lost engine when ticks stop. */
  heartbeat: read.output(eventIterator(z.object({ now: z.number() }))),
  settings: read.output(settings),
  /** Those of this start so far, then each one that is found. */
  fileProblems: read.output(eventIterator(z.array(fileProblem))),
  updateSettings: write('changed settings', 'read_only').input(settings.partial()).output(settings),
  /**
   * Writes text to a file that the person chooses in the system's dialog; null when they closed it. The audit log keeps the path alone.
   * @throws ConsoleError DISK_FULL, STORAGE_FAILED; a file that was there is then as it was
   */
  saveText: write('saved text to a file', 'read_only', ['text'])
    .input(z.object({ title: z.string().max(200), name: z.string().min(1).max(200), text: z.string().max(256 << 20) }))
    .output(z.object({ path: z.string() }).nullable()),
  /** Lets the person pick a kubeconfig file and adds it; null when they closed the dialog. */
  addKubeconfig: write('added a kubeconfig file', 'read_only').output(z.object({ path: z.string() }).nullable()),
}

export const appRights = {
  info: nothing,
  heartbeat: nothing,
  settings: nothing,
  fileProblems: nothing,
  updateSettings: nothing,
  saveText: nothing,
  addKubeconfig: nothing,
} satisfies RightsOf<typeof app>
