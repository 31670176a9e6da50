import { z } from 'zod'
import { eventIterator } from '@orpc/contract'
import { read, write } from './base.ts'
import { nothing, type RightsOf } from './right.ts'

export const settings = z.object({
  theme: z.enum(['dark', 'light', 'system']),
  /** Absolute path of kubectl; empty looks in PATH, then in the bundle. */
  kubectlPath: z.string().max(4096),
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

export const app = {
  info: read.output(appInfo),
  /** Two ticks a second with the engine's clock: the window shows a lost engine when ticks stop. */
  heartbeat: read.output(eventIterator(z.object({ now: z.number() }))),
  settings: read.output(settings),
  updateSettings: write('changed settings', 'read_only').input(settings.partial()).output(settings),
  /** Lets the person pick a kubeconfig file and adds it; null when they closed the dialog. */
  addKubeconfig: write('added a kubeconfig file', 'read_only').output(z.object({ path: z.string() }).nullable()),
}

export const appRights = {
  info: nothing,
  heartbeat: nothing,
  settings: nothing,
  updateSettings: nothing,
  addKubeconfig: nothing,
} satisfies RightsOf<typeof app>
