import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { WebglAddon } from '@xterm/addon-webgl'
import { Terminal } from '@xterm/xterm'
import { onThemeChange, terminalTheme } from './terminalTheme.ts'

/** What the screen leaves to others. */
export interface ScreenEvents {
  /** Text was pasted; `paste` puts it in. */
  paste: (text: string, paste: (text: string) => void) => void
  /** A link of the program (OSC 8) was clicked; only http and https reach this. */
  openLink: (address: string) => void
}

/** An xterm with what this product needs of it. Scrollback survives everything but closing the tab. */
export class TerminalScreen {
  readonly terminal: Terminal
  readonly search = new SearchAddon()
  readonly #fit = new FitAddon()
  #webgl: WebglAddon | null = null
  #stopTheme: () => void = () => undefined

  constructor(label: string, events: ScreenEvents) {
    this.terminal = new Terminal({
      allowProposedApi: true,
      cursorBlink: false,
      fontFamily: "'JetBrains Mono Variable', 'JetBrains Mono', monospace",
      fontSize: 12,
      lineHeight: 1.3,
      // Without it xterm asks in a dialog of its own, and then opens a window that this app never opens.
      linkHandler: { activate: (_event, address) => events.openLink(address) },
      scrollback: 10_000,
      screenReaderMode: false,
      theme: terminalTheme(),
    })
    this.terminal.loadAddon(this.#fit)
    this.terminal.loadAddon(this.search)
    this.terminal.attachCustomKeyEventHandler((event) => this.#isForTerminal(event))
    this.#label = label
    this.#events = events
  }
  readonly #label: string
  readonly #events: ScreenEvents

  attach(element: HTMLElement): void {
    this.terminal.open(element)
    this.terminal.textarea?.setAttribute('aria-label', this.#label)
    // Before xterm's own listener, which pastes at once.
    element.addEventListener('paste', this.#pasted, { capture: true })
    this.#stopTheme = onThemeChange(() => {
      this.terminal.options.theme = terminalTheme()
    })
    this.fit()
  }

  readonly #pasted = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData('text/plain') ?? ''
    event.preventDefault()
    event.stopPropagation()
    if (text !== '') this.#events.paste(text, (allowed) => this.terminal.paste(allowed))
  }

  /** @returns false while the dock is hidden and there is nothing to fit into */
  fit(): boolean {
    const proposed = this.#fit.proposeDimensions()
    if (!proposed || !Number.isFinite(proposed.cols) || proposed.cols < 2 || proposed.rows < 1) return false
    this.#fit.fit()
    return true
  }

  /** The keys go into this terminal now. */
  get hasFocus(): boolean {
    return this.terminal.textarea !== undefined && document.activeElement === this.terminal.textarea
  }

  size(): { columns: number; rows: number } {
    return { columns: Math.max(2, this.terminal.cols), rows: Math.max(1, this.terminal.rows) }
  }

  /** A page may hold only 16 WebGL contexts: the tab in front has one, the others draw plainly. */
  setInFront(isInFront: boolean): void {
    if (!isInFront) {
      this.#webgl?.dispose()
      this.#webgl = null
      return
    }
    if (this.#webgl) return
    try {
      const webgl = new WebglAddon()
      // A lost context leaves a blank terminal: without the addon xterm draws with plain elements again.
      webgl.onContextLoss(() => {
        webgl.dispose()
        if (this.#webgl === webgl) this.#webgl = null
      })
      this.terminal.loadAddon(webgl)
      this.#webgl = webgl
    } catch {
      this.#webgl = null
    }
  }

  dispose(): void {
    this.#stopTheme()
    this.terminal.dispose()
  }

  /** Keys of the window go past the terminal; copying takes Shift, because Ctrl+C belongs to the program. */
  #isForTerminal(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true
    const isCommand = event.ctrlKey || event.metaKey
    if (isCommand && event.shiftKey && event.code === 'KeyC' && this.terminal.hasSelection()) {
      event.preventDefault()
      void navigator.clipboard.writeText(this.terminal.getSelection())
      return false
    }
    if (isCommand && (event.shiftKey || event.key === '`' || event.key === 'k' || event.key === 'b')) return false
    return true
  }
}
