import { pending } from './pending.ts'
import type { ConnectOptions, KubeContext, ProbeResult } from './types.ts'
/** Never throws: what failed is in the result. */
export function probe(
  _context: KubeContext,
  _options: ConnectOptions & { signal?: AbortSignal; timeout?: number } = {},
): Promise<ProbeResult> {
  throw pending('probe')
}
