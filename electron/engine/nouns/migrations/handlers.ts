import type { Scope } from '#shared/contract/base.ts'
import { engine } from '../../rpc/router.ts'
import type { Migrations } from './migrations.ts'

export function migrationHandlers(migrations: Migrations) {
  return {
    status: engine.migrations.status.handler(({ input, signal }) => migrations.status(scopeOf(input), signal)),
    run: engine.migrations.run.handler(({ input }) => migrations.run(scopeOf(input))),
    undo: engine.migrations.undo.handler(({ input }) => migrations.undo(scopeOf(input))),
  }
}

const scopeOf = ({ context: cluster, namespace }: Scope): Scope => ({ context: cluster, namespace })
