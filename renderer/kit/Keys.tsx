import './Keys.css'

const isMac = typeof navigator !== 'undefined' && navigator.userAgent.includes('Mac')
const arrows: Record<string, string> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Enter: '↵' }
const macNames: Record<string, string> = { Ctrl: '⌘', Shift: '⇧', Alt: '⌥' }

/** A shortcut as written in actions: `Ctrl+Shift+R`, or a sequence `G F`. */
export function Keys({ keys }: { keys: string }) {
  const text = keys
    .split('+')
    .map((key) => arrows[key] ?? (isMac ? (macNames[key] ?? key) : key))
    .join(' ')
  return <kbd className="k-keys">{text}</kbd>
}
