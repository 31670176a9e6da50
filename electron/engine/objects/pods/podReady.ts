import type { V1Container, V1Pod } from '@kubernetes/client-node'

/** An init container that keeps running beside the others. */
export function isSidecar(container: Pick<V1Container, 'restartPolicy'>): boolean {
  return container.restartPolicy === 'Always'
}

/**
 * The first figure in kubectl's READY column, by the rules of its printer (kubernetes/pkg/printers/internalversion, printPod):
 * sidecars that have started and are ready, up to the first init container that is not through; containers that are ready and run.
 */
export function readyCount({ spec, status }: Pick<V1Pod, 'spec' | 'status'>): number {
  const sidecars = new Set((spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name))
  let ready = 0
  for (const { name, state, started, ready: isReady } of status?.initContainerStatuses ?? []) {
    if (state?.terminated?.exitCode === 0) continue
    if (!sidecars.has(name) || started !== true) {
      if (!isInitialised(status)) return ready
      break
    }
    if (isReady) ready += 1
  }
  for (const { ready: isReady, state } of status?.containerStatuses ?? []) if (isReady && state?.running) ready += 1
  return ready
}

function isInitialised(status: V1Pod['status']): boolean {
  return (status?.conditions ?? []).some(({ type, status: value }) => type === 'Initialized' && value === 'True')
}
