import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { ApiError } from '../api/errors.ts'
import type { AllocateClusterIp } from '../api/podEndpoints.ts'

/**
 * Linux and Windows answer on every address of 127/8, so each pod and each service gets one of its own. The second and third
 * byte come from the state directory: sandboxes side by side (tests) do not meet. macOS knows 127.0.0.1 only.
 */
export class LoopbackAddresses {
  readonly #podPrefix: [number, number]
  readonly #servicePrefix: [number, number]
  readonly #isShared: boolean
  readonly #pods = new Set<string>()
  #next = 0

  constructor(stateDirectory: string, platform: NodeJS.Platform = process.platform) {
    const hash = createHash('sha256').update(resolve(stateDirectory)).digest()
    const [first = 0, second = 0] = hash
    // 127.0 and 127.1 hold what distributions put there (systemd-resolved: 127.0.0.53, Debian: 127.0.1.1).
    this.#podPrefix = [16 + (first % 112), second]
    this.#servicePrefix = [128 + (first % 112), second]
    this.#isShared = platform === 'darwin'
  }

  /** True where all pods share 127.0.0.1 and two of them cannot listen on the same port. */
  get isShared(): boolean {
    return this.#isShared
  }

  /** An address no other pod has; `preferred` where it is free and ours. */
  takePodAddress(preferred?: string): string {
    if (this.#isShared) return '127.0.0.1'
    if (preferred !== undefined && this.#isPodAddress(preferred) && !this.#pods.has(preferred)) {
      this.#pods.add(preferred)
      return preferred
    }
    for (let tried = 0; tried < 64_000; tried += 1) {
      this.#next = (this.#next % 64_000) + 1
      const candidate = place(this.#podPrefix, this.#next)
      if (this.#pods.has(candidate)) continue
      this.#pods.add(candidate)
      return candidate
    }
    throw new Error('The node has no pod address left. Delete some pods.')
  }

  releasePodAddress(address: string): void {
    this.#pods.delete(address)
  }

  /** For the API server: see AllocateClusterIp. */
  readonly allocateClusterIp: AllocateClusterIp = (inUse, requested) => {
    if (requested !== undefined && requested !== '') {
      if (/^127\.\d+\.\d+\.\d+$/.test(requested) && !inUse.has(requested)) return requested
      const message = `provided IP ${requested} is not a free loopback address (127.0.0.0/8), which is all that the sandbox has`
      throw new ApiError(422, 'Invalid', `failed to allocate IP ${requested}: ${message}`)
    }
    if (this.#isShared) return '127.0.0.1'
    for (let index = 1; index < 64_000; index += 1) {
      const candidate = place(this.#servicePrefix, index)
      if (!inUse.has(candidate)) return candidate
    }
    throw new ApiError(500, 'InternalError', 'failed to allocate a serviceIP: range is full')
  }

  #isPodAddress(address: string): boolean {
    return address.startsWith(`127.${this.#podPrefix[0]}.`)
  }
}

/** Numbers the addresses of a prefix from 1, leaving out .0 and .255. */
function place([second, third]: [number, number], index: number): string {
  return `127.${second}.${(third + Math.floor((index - 1) / 254)) % 256}.${((index - 1) % 254) + 1}`
}
