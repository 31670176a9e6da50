import { useEffect, useRef } from 'react'
import type { Fault, Scope } from '#shared/contract/base.ts'
import type { LogBatch } from '#shared/contract/logs.ts'
import { acknowledge, newStreamId, useFoldedStream } from '../../client/index.ts'
import type { LogSession } from './logSession.ts'
import type { Selection } from './selection.ts'

export interface FollowState {
  /** The engine has said which pods are followed. */
  hasBegun: boolean
  error: Fault | undefined
  retry: () => void
}

interface LogFollowProps {
  session: LogSession
  scope: Scope
  selection: Selection
  onState: (state: FollowState) => void
}

/**
 * Feeds a session from the engine and renders nothing: kept apart from the page so that batches, which may come a hundred
 * times a second, repaint nothing by themselves.
 */
export function LogFollow({ session, scope, selection, onState }: LogFollowProps) {
  const subscribed = useRef('')
  const key = JSON.stringify([scope, selection])
  const { value, error, retry } = useFoldedStream<LogBatch, true>(
    (client, signal) => {
      const streamId = newStreamId()
      const credit = (lines: number) => acknowledge(streamId, lines)
      if (subscribed.current === key) session.resume(credit)
      else session.begin(credit)
      subscribed.current = key
      return client.logs.follow({ ...scope, ...selection, streamId }, { signal })
    },
    (_, batch) => {
      session.receive(batch)
      return true
    },
    [key],
  )
  useEffect(() => onState({ hasBegun: value === true, error, retry }), [onState, value, error, retry])
  return null
}
