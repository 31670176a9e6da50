import type { DockTab } from '../../app/index.ts'
import { acknowledge, asFault, engine, newStreamId } from '../../client/index.ts'
import { offerLink } from './links.ts'
import { pasteInto } from './paste.ts'
import { TerminalScreen } from './screen.ts'
import { TerminalSession, type TerminalLine } from './terminalSession.ts'

export interface OpenTerminal {
  screen: TerminalScreen
  session: TerminalSession
  dispose: () => void
}

/** Puts a terminal into an element and opens what its tab names: a shell in a pod, or kubectl bound to one context. */
export function openTerminal(tab: DockTab, element: HTMLElement): OpenTerminal {
  const screen = new TerminalScreen(`${tab.title} ${tab.number} ${tab.subtitle ?? ''}`.trim(), {
    paste: (text, paste) => void pasteInto(tab, text, paste),
    openLink: (address) => void offerLink(tab, address),
  })
  screen.attach(element)
  const drawing = {
    write: (data: string, drawn: () => void) => screen.terminal.write(data, drawn),
    size: () => screen.size(),
  }
  const session = new TerminalSession(lineOf(tab), drawing, tab.isRestored)
  screen.terminal.onData((data) => session.type(data))
  screen.terminal.onResize(() => session.resize())
  const observer = new ResizeObserver(() => screen.fit())
  observer.observe(element)
  if (!tab.isRestored) void session.run()
  return {
    screen,
    session,
    dispose: () => {
      observer.disconnect()
      session.close()
      screen.dispose()
    },
  }
}

function lineOf(tab: DockTab): TerminalLine {
  const scope = { context: tab.cluster ?? '', namespace: tab.namespace ?? '' }
  const { pod, container } = tab.parameters
  return {
    open: async (streamId, size, signal) => {
      if (tab.kind !== 'shell' || !pod) return engine().terminals.kubectl({ ...scope, streamId, ...size }, { signal })
      return engine().terminals.shell({ ...scope, streamId, pod, ...(container && { container }), ...size }, { signal })
    },
    input: async (streamId, data) => engine().terminals.input({ streamId, data }),
    resize: async (streamId, size) => engine().terminals.resize({ streamId, ...size }),
    close: async (streamId) => engine().terminals.close({ streamId }),
    acknowledge,
    newStreamId,
    asFault,
  }
}
