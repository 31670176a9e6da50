/** How a key press is written in actions: `Ctrl+Shift+R`, `L`, `?`. Cmd counts as Ctrl on a Mac. */
export function chordOf(
  event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>,
): string {
  const parts: string[] = []
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl')
  if (event.altKey) parts.push('Alt')
  const isLetter = /^[a-z]$/i.test(event.key)
  if (event.shiftKey && (isLetter || event.key.length > 1)) parts.push('Shift')
  // Shift changes what a digit key types; the code still says which digit it is.
  const digit = /^Digit([0-9])$/.exec(event.code)?.[1]
  parts.push((event.ctrlKey || event.metaKey) && digit !== undefined ? digit : nameOf(event.key))
  return parts.join('+')
}

function nameOf(key: string): string {
  if (key === ' ') return 'Space'
  return key.length === 1 ? key.toUpperCase() : key
}

/** A single key or a sequence of such: off while something takes text. */
export function isPlain(keys: string): boolean {
  return !keys.includes('Ctrl+') && !keys.includes('Alt+')
}

/** Where typed keys are text: fields, editors, terminals. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('.xterm, [contenteditable="true"], textarea, select')) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)
}

/** In a terminal, Ctrl with a letter belongs to the shell in it. */
export function belongsToTerminal(target: EventTarget | null, chord: string): boolean {
  return target instanceof HTMLElement && target.closest('.xterm') !== null && /^Ctrl\+[A-Z]$/.test(chord)
}
