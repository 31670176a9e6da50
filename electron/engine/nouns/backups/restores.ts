import type { Restore } from '#shared/contract/backups.ts'
import type { Scope, Suite } from '#shared/contract/base.ts'
import { ConsoleError, faultOf } from '#shared/errors.ts'
import type { DatabaseServer } from '../../ports/databaseServer.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import { RestoreJournals, type JournalView, type RestoreJournal } from './journal.ts'
import { isUnfinished, lookAtRestore } from './recover.ts'
import { currentData, restoreOf, type Look } from './restoreList.ts'

interface Needs {
  dataDirectory: string
  now: () => number
  directory: Pick<ClusterDirectory, 'contextTo'>
  serverOf: (scope: Scope) => Promise<DatabaseServer>
  onChange: (suite: Suite) => void
}

/** The restores of this console: their journals, which of them are being worked on, and what was found of the others. */
export class Restores {
  readonly #needs: Needs
  readonly #journals: RestoreJournals
  /** Restores that are being worked on by this engine. */
  readonly #active = new Set<string>()
  /** What was found of restores on their servers, by their id. */
  readonly #looks = new Map<string, Look>()

  constructor(needs: Needs) {
    this.#needs = needs
    this.#journals = new RestoreJournals(needs.dataDirectory, needs.now)
  }

  /** Newest first, as the window shows them. */
  list(suite: Suite): Restore[] {
    const views = this.views(suite)
    const current = currentData(views)
    return views.map((view) => restoreOf(view, this.#active.has(view.id), current, this.#looks.get(view.id)))
  }

  views(suite: Suite): JournalView[] {
    return this.#journals.all(suite).flatMap((journal) => journal.read() ?? [])
  }

  /** The journal of a restore that begins. */
  journalOf(suite: Suite, restoreId: string): RestoreJournal {
    return this.#journals.of(suite, restoreId)
  }

  /** @throws ConsoleError NOT_FOUND */
  existing(suite: Suite, restoreId: string): RestoreJournal {
    const journal = this.#journals.of(suite, restoreId)
    if (journal.exists) return journal
    throw new ConsoleError('NOT_FOUND', 'There is no such restore here.', { restoreId })
  }

  /**
   * Looks at what interrupted restores left, so that the list can say it; of one suite also at restores that could be undone, because
   * another console may have restored since. Changes nothing: recovering is a task of its own. A database that cannot be reached is
   * looked at the next time.
   */
  async look(only?: Suite): Promise<void> {
    for (const journal of only ? this.#journals.all(only) : this.#journals.everywhere()) {
      const view = journal.read()
      if (!view || this.#active.has(view.id)) continue
      if (!isUnfinished(view) && !(only && view.outcome?.state === 'done')) continue
      const suite = only ?? { cluster: view.cluster, namespace: view.namespace }
      this.#looks.set(view.id, await this.#lookAt(suite, view))
      this.#needs.onChange(suite)
    }
  }

  /** What was found of this restore is about to change. */
  forgetLook(restoreId: string): void {
    this.#looks.delete(restoreId)
  }

  /** Work on a restore, during which it is listed as running. */
  async worked<T>(suite: Suite, restoreId: string, work: () => Promise<T>): Promise<T> {
    this.#active.add(restoreId)
    this.#needs.onChange(suite)
    try {
      return await work()
    } finally {
      this.#active.delete(restoreId)
      this.#needs.onChange(suite)
    }
  }

  async #lookAt({ cluster, namespace }: Suite, view: JournalView): Promise<Look> {
    try {
      const context = this.#needs.directory.contextTo(cluster)
      return { assessment: await lookAtRestore(await this.#needs.serverOf({ context, namespace }), view) }
    } catch (thrown) {
      return { fault: faultOf(thrown) }
    }
  }
}
