import type { Suite } from '#shared/contract/base.ts'
import type { SuiteRow } from '#shared/contract/clusters.ts'

type LastBackup = SuiteRow['lastBackup']

/** The newest backup of each suite that was seen, kept until it is said to have changed: reading it means reading manifests. */
export class LastBackups {
  readonly #read: (suite: Suite) => Promise<LastBackup>
  readonly #onChange: () => void
  readonly #known = new Map<string, LastBackup>()

  constructor(read: (suite: Suite) => Promise<LastBackup>, onChange: () => void) {
    this.#read = read
    this.#onChange = onChange
  }

  of(suite: Suite): LastBackup {
    return this.#known.get(keyOf(suite))
  }

  /** Reads it unless it is known. */
  want(suite: Suite): void {
    if (this.#known.has(keyOf(suite))) return
    this.#known.set(keyOf(suite), undefined)
    this.refresh(suite)
  }

  /** Reads it again. */
  refresh(suite: Suite): void {
    this.#read(suite).then(
      (found) => {
        this.#known.set(keyOf(suite), found)
        this.#onChange()
      },
      (error: unknown) => console.error('The newest backup could not be read:', error),
    )
  }
}

const keyOf = ({ cluster, namespace }: Suite) => `${cluster} ${namespace}`
