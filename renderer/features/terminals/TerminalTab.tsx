import '@xterm/xterm/css/xterm.css'
import { RotateCcw, Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { showDockTab, takeUpDockTab, useBlocked, useCluster, type DockTab } from '../../app/index.ts'
import { Button, IconButton, StatusGlyph } from '../../kit/index.ts'
import { setStream, useAllowedUntil, useQuestion } from './guard.ts'
import { AllowedStrip, GuardQuestion } from './GuardQuestion.tsx'
import { openTerminal, type OpenTerminal } from './openTerminal.ts'
import type { TerminalState } from './terminalSession.ts'
import { TerminalSearch } from './TerminalSearch.tsx'
import './terminals.css'

/** One terminal of the dock: it stays mounted while other tabs are in front, so that its session continues. */
export function TerminalTab({ tab, isActive }: { tab: DockTab; isActive: boolean }) {
  const element = useRef<HTMLDivElement>(null)
  const [terminal, setTerminal] = useState<OpenTerminal | null>(null)
  const [isSearching, setSearching] = useState(false)
  const environment = useCluster(tab.cluster ?? null)?.environment ?? 'other'
  const first = useRef(tab)

  useEffect(() => {
    if (!element.current) return
    const opened = openTerminal(first.current, element.current)
    setTerminal(opened)
    return () => opened.dispose()
  }, [])

  useEffect(() => {
    if (!terminal) return
    terminal.screen.setInFront(isActive)
    if (isActive) {
      terminal.screen.fit()
      terminal.screen.terminal.focus()
    }
  }, [terminal, isActive])

  const leaveSearch = () => {
    setSearching(false)
    terminal?.screen.search.clearDecorations()
    terminal?.screen.terminal.focus()
  }
  return (
    <div
      className={`terminal-tab terminal-tab-${environment}`}
      data-testid={tab.kind === 'shell' ? 'terminal-shell' : 'terminal-kubectl'}
      onKeyDownCapture={(event) => {
        if (!(event.ctrlKey || event.metaKey) || !event.shiftKey || event.code !== 'KeyF') return
        event.preventDefault()
        event.stopPropagation()
        setSearching(true)
      }}
    >
      <div ref={element} className="terminal-screen" />
      <div className="terminal-tools">
        {isSearching && terminal ? <TerminalSearch search={terminal.screen.search} onClose={leaveSearch} /> : null}
        <IconButton
          icon={isSearching ? X : Search}
          label={isSearching ? 'Close the search' : 'Search in this terminal'}
          keys="Ctrl+Shift+F"
          size="small"
          onClick={() => (isSearching ? leaveSearch() : setSearching(true))}
        />
      </div>
      {terminal ? <TerminalGuardView tab={tab} terminal={terminal} /> : null}
      {terminal ? <TerminalEnd tab={tab} terminal={terminal} /> : null}
    </div>
  )
}

/** What the guard of a production terminal asks or allows, above the strip. A question brings its terminal to the front. */
function TerminalGuardView({ tab, terminal }: { tab: DockTab; terminal: OpenTerminal }) {
  const streamId = useStore(terminal.session.store, (state) => (state.state === 'open' ? state.streamId : undefined))
  const { question, waiting } = useQuestion(tab.id)
  const until = useAllowedUntil(tab.id)
  const id = question?.id
  useEffect(() => {
    setStream(tab.id, streamId)
    return () => setStream(tab.id, undefined)
  }, [tab.id, streamId])
  useEffect(() => {
    if (id === undefined) return
    showDockTab(tab.id)
    return () => {
      if (document.activeElement === document.body || document.activeElement === null) terminal.screen.terminal.focus()
    }
  }, [id, tab.id, terminal])
  if (question)
    return (
      <GuardQuestion
        key={question.id}
        tab={tab}
        question={question}
        waiting={waiting}
        hasKeys={() => terminal.screen.hasFocus}
      />
    )
  return until !== undefined && streamId !== undefined ? <AllowedStrip streamId={streamId} until={until} /> : null
}

/** The strip below a terminal that opens, ended or was lost; the text above it stays. */
function TerminalEnd({ tab, terminal }: { tab: DockTab; terminal: OpenTerminal }) {
  const state = useStore(terminal.session.store)
  const blocked = useBlocked(tab.kind === 'shell' ? 'operator' : 'read_only', tab.cluster)
  if (state.state === 'open') {
    if (state.refused === undefined) return null
    return (
      <div className="terminal-end" role="status">
        <StatusGlyph status="warning" size={14} />
        <span className="selectable">{state.refused}</span>
      </div>
    )
  }
  if (state.state === 'opening') {
    return (
      <div className="terminal-end" role="status">
        <StatusGlyph status="progress" size={14} /> Opening…
      </div>
    )
  }
  const isOffered = state.state === 'offered'
  return (
    <div className="terminal-end" role="status">
      <StatusGlyph
        status={
          isOffered ? 'info' : state.state === 'lost' ? 'failed' : state.exitCode === 0 ? 'doneBefore' : 'warning'
        }
        size={14}
      />
      <span className="selectable">{endMessage(state)}</span>
      <Button
        size="small"
        icon={RotateCcw}
        reason={blocked}
        onClick={() => {
          takeUpDockTab(tab.id)
          return terminal.session.run()
        }}
      >
        Open again
      </Button>
    </div>
  )
}

function endMessage(state: Exclude<TerminalState, { state: 'open' | 'opening' }>): string {
  if (state.state === 'offered') return 'This terminal was open when the console was closed. Its program has ended.'
  if (state.state === 'lost') return `${state.fault.message} What is on screen stays.`
  return state.message || `The program ended${state.exitCode === null ? '' : ` with exit code ${state.exitCode}`}.`
}
