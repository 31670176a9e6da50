import type { Transaction } from 'kysely'
import { listAgents } from '../../database/agents.ts'
import { changeKinds, type ChangeKind, type RowChange } from '../../database/events.ts'
import { costEntries, knowledgeEntries } from '../../database/liveRows.ts'
import type { Tables } from '../../database/tables.ts'
import { findTasks } from '../../database/tasks.ts'
import type { Item } from './batch.ts'

interface Row {
  readonly id: string
  readonly submittedBy?: string | null
}

type Reader = (transaction: Transaction<Tables>, ids: readonly string[]) => Promise<readonly Row[]>

/** How the rows of a kind are read. A session has no row for clients: its end closes their sockets. */
const readers: Readonly<Record<ChangeKind, Reader>> = {
  agent: (transaction, ids) => listAgents(transaction, ids),
  task: (transaction, ids) => findTasks(transaction, ids),
  knowledge: (transaction, ids) => knowledgeEntries(transaction, { ids, limit: ids.length }),
  cost: (transaction, ids) => costEntries(transaction, { ids, limit: ids.length }),
  session: () => Promise.resolve([]),
}

/** The changed rows as they are at the transaction's position, each as JSON once. */
export async function renderItems(transaction: Transaction<Tables>, changes: readonly RowChange[]): Promise<Item[]> {
  const items: Item[] = []
  for (const kind of changeKinds) {
    const ofKind = changes.filter((change) => change.kind === kind)
    if (ofKind.length === 0) continue
    const rows = await readers[kind](
      transaction,
      ofKind.map(({ id }) => id),
    )
    const byId = new Map(rows.map((row) => [row.id, row]))
    for (const { id, transactions } of ofKind) {
      const row = byId.get(id)
      const text = row === undefined ? 'null' : JSON.stringify(row)
      items.push({ kind, id, transactions: [...transactions], owner: row?.submittedBy ?? null, row: text })
    }
  }
  return items
}
