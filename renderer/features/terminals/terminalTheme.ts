import type { ITheme } from '@xterm/xterm'

/** The terminal's colours from the tokens of the moment; its sixteen colours are the status and series colours. */
export function terminalTheme(): ITheme {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(name).trim()
  return {
    background: token('--term'),
    foreground: token('--t1'),
    cursor: token('--t1'),
    cursorAccent: token('--term'),
    selectionBackground: token('--accent'),
    selectionForeground: '#ffffff',
    black: token('--line-3'),
    red: token('--crit'),
    green: token('--ok'),
    yellow: token('--warn'),
    blue: token('--s1'),
    magenta: token('--s3'),
    cyan: token('--s2'),
    white: token('--t2'),
    brightBlack: token('--t3'),
    brightRed: token('--del'),
    brightGreen: token('--add'),
    brightYellow: token('--s7'),
    brightBlue: token('--link'),
    brightMagenta: token('--s5'),
    brightCyan: token('--edge'),
    brightWhite: token('--t1'),
  }
}

/** Calls back when the person changes between dark and light. */
export function onThemeChange(change: () => void): () => void {
  const observer = new MutationObserver(change)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}
