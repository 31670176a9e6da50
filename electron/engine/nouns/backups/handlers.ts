import type { Scope, Suite } from '#shared/contract/base.ts'
import { engine } from '../../rpc/router.ts'
import type { Backups } from './backups.ts'
import { planRestore } from './plan.ts'

export function backupsNoun({ backups }: { backups: Backups }) {
  const handlers = {
    watch: engine.backups.watch.handler(async function* ({ input, signal }) {
      const scope = scopeOf(input)
      // Beside the list: the database may take its time, or be out of reach.
      backups.look(backups.suiteOf(scope)).catch(sayUnlooked)
      const list = async (deep: boolean) => ({
        backups: await backups.list(scope, deep),
        restores: backups.restores(scope),
        location: { path: backups.catalogue.describe(backups.suiteOf(scope)), ...(await backups.catalogue.space()) },
      })
      // Lengths first, at once; then every byte, which may take a while.
      yield await list(false)
      const isOurs = (changed: Suite) => keyOf(changed) === keyOf(backups.suiteOf(scope))
      for await (const batch of backups.changes.batches([backups.suiteOf(scope)], keyOf, signal)) {
        if (batch.some(isOurs)) yield await list(true)
      }
    }),
    start: engine.backups.start.handler(({ input }) => backups.start(scopeOf(input), input.reason)),
    verify: engine.backups.verify.handler(({ input }) => backups.verify(scopeOf(input), input.backupId)),
    planRestore: engine.backups.planRestore.handler(({ input }) => planRestore(backups, scopeOf(input), input.source)),
    restore: engine.backups.restore.handler(({ input }) => backups.restore(scopeOf(input), input.source)),
    undoRestore: engine.backups.undoRestore.handler(({ input }) => backups.undo(scopeOf(input), input.restoreId)),
    recover: engine.backups.recover.handler(({ input }) => backups.recover(scopeOf(input), input.restoreId)),
    keepRestore: engine.backups.keepRestore.handler(({ input }) => backups.keep(scopeOf(input), input.restoreId)),
    databases: engine.backups.databases.handler(({ input, signal }) => backups.databases(scopeOf(input), signal)),
    removeDatabase: engine.backups.removeDatabase.handler(({ input }) => {
      const { oid, name } = input
      return backups.removeDatabase(scopeOf(input), { oid, name })
    }),
    delete: engine.backups.delete.handler(({ input }) => backups.delete(scopeOf(input), input.backupId)),
  }
  // Only looked at: recovering changes databases, and is a task that a person starts.
  return { handlers, start: () => void backups.look().catch(sayUnlooked) }
}

/** Inputs carry more than the scope; what is kept must not. */
const scopeOf = ({ context, namespace }: Scope): Scope => ({ context, namespace })
const keyOf = ({ cluster, namespace }: Suite) => `${cluster} ${namespace}`
const sayUnlooked = (error: unknown) => console.error('Interrupted restores could not be looked at:', error)
