import { pending } from './pending.ts'
import type { ApplyOptions, ClusterConnection, KubeObject, ObjectMeta } from './types.ts'
export const fieldManager = 'agency-swarm-console'
/** Server-side apply. @returns the object as the server has it (or, with dryRun, would have it) */
export function apply(
  _connection: ClusterConnection,
  _object: Omit<KubeObject, 'metadata'> & { metadata: ObjectMeta },
  _options: ApplyOptions = {},
): Promise<KubeObject> {
  throw pending('apply')
}
