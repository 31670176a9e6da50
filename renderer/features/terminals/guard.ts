import { useEffect } from 'react'
import { create } from 'zustand'
import type { TerminalGuard, TerminalQuestion } from '#shared/contract/terminals.ts'
import { useStream } from '../../client/index.ts'

interface GuardState extends TerminalGuard {
  /** The stream that each tab runs now, by the tab's id. */
  streams: Readonly<Record<string, string>>
}

/** What the guard of kubectl terminals asks and allows, kept from `terminals.guard`. */
export const useGuard = create<GuardState>(() => ({ questions: [], allowed: [], streams: {} }))

/** Keeps it while the window is open: a question may come while its terminal is not in front. */
export function useGuardFeed(): void {
  const { value, error, staleSince } = useStream((client, signal) => client.terminals.guard(undefined, { signal }), [])
  useEffect(() => {
    // An engine that is gone took terminals and questions along.
    const isLive = value !== undefined && error === undefined && staleSince === undefined
    useGuard.setState(isLive ? value : { questions: [], allowed: [] })
  }, [value, error, staleSince])
}

/** The tab runs this stream, or none. */
export function setStream(tab: string, streamId: string | undefined): void {
  useGuard.setState(({ streams: { [tab]: _before, ...others } }) => ({
    streams: streamId === undefined ? others : { ...others, [tab]: streamId },
  }))
}

/** The oldest open question of a tab, and how many of it wait. */
export function useQuestion(tab: string): { question: TerminalQuestion | undefined; waiting: number } {
  const streamId = useGuard(({ streams }) => streams[tab])
  const question = useGuard(({ questions }) => questions.find((each) => each.streamId === streamId))
  const waiting = useGuard(({ questions }) => questions.filter((each) => each.streamId === streamId).length)
  return { question, waiting }
}

/** Until when the writes of a tab pass unasked; undefined when they do not. */
export function useAllowedUntil(tab: string): number | undefined {
  return useGuard(({ streams, allowed }) => allowed.find((each) => each.streamId === streams[tab])?.until)
}
