import type { Scope } from '#shared/contract/base.ts'
import { confirm, reportError } from '../../app/index.ts'
import { engine } from '../../client/index.ts'

/** Asks, and begins a new chain. @param found what the check of the chain said */
export async function repairChain(suites: Scope[], found: string): Promise<void> {
  const confirmation = await confirm({
    level: 2,
    title: 'Repair the chain of the audit log?',
    message: `${found} The broken log is set aside and kept. A new chain begins, whose first entry names what was lost. The loss stays visible.`,
    confirmLabel: 'Begin a new chain',
    isDanger: true,
    asksReason: true,
  })
  if (!confirmation) return
  try {
    await engine().audit.repair({ suites, confirmation })
  } catch (thrown) {
    reportError(thrown, 'The chain was not repaired')
  }
}
