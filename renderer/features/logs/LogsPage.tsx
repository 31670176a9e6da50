import { Copy, Download, Pause, WrapText } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { LogBatch } from '#shared/contract/logs.ts'
import {
  PageHeader,
  reportError,
  setParameters,
  toast,
  useActions,
  useParameters,
  useScope,
  type Action,
} from '../../app/index.ts'
import {
  Button,
  EmptyState,
  ErrorState,
  formatTime,
  formatCount,
  formatMinute,
  plural,
  Segments,
  StatusGlyph,
  Unknown,
} from '../../kit/index.ts'
import { engine } from '../../client/index.ts'
import { LogFacetsPanel } from './LogFacetsPanel.tsx'
import { LogFollow, type FollowState } from './LogFollow.tsx'
import { LogHistogram } from './LogHistogram.tsx'
import { LogList } from './LogList.tsx'
import { LogSearchBar } from './LogSearchBar.tsx'
import { LogSession } from './logSession.ts'
import { exportLines } from './logText.ts'
import { nextMatch } from './logView.ts'
import { spans } from './selection.ts'
import { useServices } from './useServices.ts'
import './logs.css'

const notFollowed: FollowState = { hasBegun: false, error: undefined, retry: () => undefined }

export function LogsPage() {
  const scope = useScope()
  const selection = useParameters('logs')
  const [session] = useState(() => new LogSession())
  const { paused, current, wrap, version, sources } = useStore(session.store)
  const services = useServices(scope)
  const [follow, setFollow] = useState<FollowState>(notFollowed)
  const search = useRef<HTMLInputElement>(null)
  const tick = useTick(version)

  const toMatch = (step: 1 | -1) => {
    const next = nextMatch(session.view.matches, current, step)
    if (next < 0) return
    session.pause(Date.now())
    session.store.setState({ current: next })
  }
  const searchFor = (text: string) => {
    session.search({ text, regex: false, matchCase: true })
    session.setOnlyMatches(true)
    session.follow()
  }
  useLogActions(session, toMatch)
  const { shown, matches } = session.view
  const first = session.buffer.lines[0]
  return (
    <div className="logs-page" data-testid="page-logs">
      <PageHeader
        title="Logs"
        facts={
          first
            ? `${plural(session.buffer.lines.length, 'line')} from ${plural(session.podCounts.size, 'pod')}, ${formatMinute(first.at)} to ${formatMinute(session.buffer.lines.at(-1)?.at ?? first.at)}`
            : ''
        }
        actions={
          <>
            <Segments
              label="How far back"
              value={`${selection.sinceSeconds}`}
              options={spans.map((span) => ({ value: `${span.seconds}` as const, title: span.title }))}
              onChange={(chosen) =>
                setParameters('logs', { sinceSeconds: spans.find((span) => `${span.seconds}` === chosen)?.seconds })
              }
            />
            <Segments
              label="Which run"
              value={selection.previous ? 'previous' : 'current'}
              options={[
                { value: 'current', title: 'Current' },
                { value: 'previous', title: 'Previous run' },
              ]}
              onChange={(run) => setParameters('logs', { previous: run === 'previous' })}
            />
            <Button icon={WrapText} onClick={() => session.store.setState({ wrap: !wrap })}>
              {wrap ? 'Do not wrap' : 'Wrap'}
            </Button>
            <Button icon={Download} onClick={() => saveLines(session)}>
              Save…
            </Button>
            <Button icon={Copy} onClick={() => copyLines(session)}>
              Copy lines
            </Button>
          </>
        }
      />
      <div className="logs-layout">
        <LogFacetsPanel
          session={session}
          services={services}
          chosen={selection.services}
          onChooseServices={(chosen) => setParameters('logs', { services: chosen })}
          onlyPods={selection.pods}
          onAllPods={() => setParameters('logs', { pods: [] })}
        />
        <div className="logs-main">
          <LogSearchBar
            session={session}
            input={search}
            onMatch={toMatch}
            onToggleFollow={() => toggleFollow(session)}
          />
          <LogHistogram session={session} tick={tick} />
          {shown.length === 0 ? (
            <NoLines total={session.buffer.lines.length} sources={sources} follow={follow} />
          ) : (
            <LogList session={session} onSearch={searchFor} />
          )}
          {follow.error && shown.length > 0 ? (
            <div className="logs-dropped note" role="alert">
              Following stopped: {follow.error.message}{' '}
              <Button size="small" onClick={follow.retry}>
                Follow again
              </Button>
            </div>
          ) : null}
          {session.buffer.dropped > 0 ? (
            <div className="logs-dropped note">
              Lines before {first ? formatTime(first.at) : ''} are no longer kept in this window:{' '}
              {formatCount(session.buffer.dropped)} went. Choose a shorter time or fewer services to see them.
            </div>
          ) : null}
          {paused ? (
            <PausedBar session={session} at={paused.at} waiting={paused.waiting} matches={matches.length} />
          ) : null}
        </div>
      </div>
      {scope ? <LogFollow session={session} scope={scope} selection={selection} onState={setFollow} /> : null}
    </div>
  )
}

function PausedBar(props: { session: LogSession; at: number; waiting: number; matches: number }) {
  return (
    <div className="logs-paused" role="status">
      <StatusGlyph status="paused" size={14} />
      <b>Paused at {formatTime(props.at)}</b>
      <span>
        {props.waiting === 0
          ? 'no new lines yet'
          : `${plural(props.waiting, 'new line')} ${props.waiting === 1 ? 'is' : 'are'} waiting, none are dropped`}
      </span>
      <Button kind="primary" size="small" onClick={() => props.session.follow()}>
        Jump to latest
      </Button>
    </div>
  )
}

interface NoLinesProps {
  /** Lines that are here, shown or not. */
  total: number
  sources: LogBatch['sources']
  follow: FollowState
}

/** "Nothing was written" is said only when every pod that is followed has been read. */
function NoLines({ total, sources, follow }: NoLinesProps) {
  if (total > 0)
    return (
      <EmptyState title="No line is shown">{plural(total, 'line')} are here; the filter hides all of them.</EmptyState>
    )
  if (follow.error) return <ErrorState fault={follow.error} onRetry={follow.retry} />
  if (!follow.hasBegun || sources.some((source) => source.state === 'opening'))
    return <EmptyState title="Opening the logs">Lines appear as the pods answer.</EmptyState>
  const failed = sources.filter((source) => source.state === 'failed')
  if (failed[0])
    return (
      <Unknown
        state="failed"
        title={`The logs of ${plural(failed.length, 'container')} could not be read`}
        fault={{ code: 'COMMAND_FAILED', message: failed[0].detail, details: { pods: failed.map(({ pod }) => pod) } }}
        onRetry={follow.retry}
      />
    )
  if (sources.length === 0)
    return <EmptyState title="Waiting for pods">Lines appear when a pod of the chosen services starts.</EmptyState>
  return (
    <EmptyState title="No lines yet">
      The chosen pods have written nothing in this time. New lines appear by themselves.
    </EmptyState>
  )
}

function toggleFollow(session: LogSession): void {
  if (session.store.getState().paused) session.follow()
  else session.pause(Date.now())
}

/**
 * Copies what is shown, with the filter as it is: the window may not write files (its downloads are shut), so a file is made where
 * the lines are pasted.
 */
function copyLines(session: LogSession): void {
  const { shown } = session.view
  void navigator.clipboard.writeText(exportLines(shown)).then(
    () =>
      toast({
        status: 'healthy',
        title: `${plural(shown.length, 'line')} copied`,
        detail: 'As text: time, pod, level, the whole line.',
      }),
    (thrown: unknown) => reportError(thrown, 'The lines could not be copied'),
  )
}

/** Saves what `copyLines` copies: the clipboard is no place for a hundred thousand lines. */
function saveLines(session: LogSession): void {
  const { shown } = session.view
  const name = `logs-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.log`
  engine()
    .app.saveText({ title: 'Save the shown lines', name, text: exportLines(shown) })
    .then((saved) => {
      if (saved) toast({ status: 'healthy', title: `${plural(shown.length, 'line')} saved`, detail: saved.path })
    })
    .catch((thrown: unknown) => reportError(thrown, 'The lines were not saved'))
}

function useLogActions(session: LogSession, toMatch: (step: 1 | -1) => void): void {
  const { paused } = useStore(session.store)
  const toMatchNow = useRef(toMatch)
  useEffect(() => {
    toMatchNow.current = toMatch
  })
  const actions = useMemo<Action[]>(
    () => [
      {
        id: 'logs.follow',
        title: paused ? 'Follow the newest lines' : 'Pause the log',
        section: 'Logs',
        effect: 'read',
        icon: Pause,
        keys: 'Space',
        perform: () => toggleFollow(session),
      },
      {
        id: 'logs.next',
        title: 'Next match',
        section: 'Logs',
        effect: 'read',
        keys: 'N',
        perform: () => toMatchNow.current(1),
      },
      {
        id: 'logs.previous',
        title: 'Previous match',
        section: 'Logs',
        effect: 'read',
        keys: 'Shift+N',
        perform: () => toMatchNow.current(-1),
      },
      {
        id: 'logs.copy',
        title: 'Copy the shown lines',
        section: 'Logs',
        effect: 'read',
        icon: Copy,
        perform: () => copyLines(session),
      },
      {
        id: 'logs.save',
        title: 'Save the shown lines…',
        section: 'Logs',
        effect: 'write',
        icon: Download,
        perform: () => saveLines(session),
      },
    ],
    [session, paused],
  )
  useActions('logs', actions)
}

/** Follows a quickly changing number at most twice a second. */
function useTick(version: number): number {
  const [tick, setTick] = useState(version)
  const latest = useRef(version)
  useEffect(() => {
    latest.current = version
  })
  useEffect(() => {
    const timer = setInterval(() => setTick(latest.current), 500)
    return () => clearInterval(timer)
  }, [])
  return tick
}
