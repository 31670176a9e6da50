import type { Scope } from '#shared/contract/base.ts'
import { engine } from '../../rpc/router.ts'
import { Migrations, type MigrationsNeeds } from './migrations.ts'

export function migrationsNoun(needs: MigrationsNeeds) {
  const migrations = new Migrations(needs)
  const handlers = {
    status: engine.migrations.status.handler(({ input, signal }) => migrations.status(scopeOf(input), signal)),
    run: engine.migrations.run.handler(({ input }) => migrations.run(scopeOf(input))),
    undo: engine.migrations.undo.handler(({ input }) => migrations.undo(scopeOf(input))),
  }
  return { handlers }
}

const scopeOf = ({ context, namespace }: Scope): Scope => ({ context, namespace })
