import { pending } from './pending.ts'
import type { KubeconfigSource, LoadedKubeconfigs } from './types.ts'
/** Where kubectl would look: $KUBECONFIG's list, else ~/.kube/config. */
export function defaultSources(
  _environment: Readonly<Record<string, string | undefined>> = process.env,
): KubeconfigSource[] {
  throw pending('defaultSources')
}
export function loadKubeconfigs(_sources: readonly KubeconfigSource[]): LoadedKubeconfigs {
  throw pending('loadKubeconfigs')
}
