import { useState } from 'react'
import type { AuditEntry } from '#shared/contract/audit.ts'
import { reportError } from '../../app/index.ts'
import { engine, useCall } from '../../client/index.ts'

const pageSize = 200

export interface AuditLog {
  entries: readonly AuditEntry[]
  isLoading: boolean
  error: ReturnType<typeof useCall>['error']
  /** There are older ones. */
  hasMore: boolean
  isLoadingMore: boolean
  loadMore: () => void
  reload: () => void
}

/** The log from its newest entry backwards, a page at a time. */
export function useAuditLog(): AuditLog {
  const newest = useCall((client, signal) => client.audit.list({ limit: pageSize }, { signal }), [])
  const [older, setOlder] = useState<readonly AuditEntry[]>([])
  const [isLoadingMore, setLoadingMore] = useState(false)
  const [isAtEnd, setAtEnd] = useState(false)
  const first = newest.value ?? []
  // A reload brings newer entries first; what was fetched before continues where the fresh page ends.
  const last = first.at(-1)?.sequence ?? 0
  const entries = [...first, ...older.filter((entry) => entry.sequence < last)]
  const loadMore = () => {
    const before = entries.at(-1)?.sequence
    if (before === undefined || isLoadingMore) return
    setLoadingMore(true)
    engine()
      .audit.list({ before, limit: pageSize })
      .then(
        (page) => {
          setOlder((known) => [...known, ...page])
          setAtEnd(page.length < pageSize)
        },
        (thrown: unknown) => reportError(thrown, 'Older entries were not read.'),
      )
      .finally(() => setLoadingMore(false))
  }
  return {
    entries,
    isLoading: newest.isLoading,
    error: newest.value ? undefined : newest.error,
    hasMore: !isAtEnd && first.length === pageSize,
    isLoadingMore,
    loadMore,
    reload: newest.reload,
  }
}
