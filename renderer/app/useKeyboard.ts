import { useEffect } from 'react'
import { belongsToTerminal, chordOf, isPlain, takesText } from './keys.ts'
import { allActions, useActionRegistry, type Action } from './state/actions.ts'
import { areSingleKeysOn } from './state/settings.ts'
import { reportError, toast } from './state/toasts.ts'

/** How long the first key of a sequence (`G F`) waits for the second. */
const sequenceMilliseconds = 1200

/** Runs actions by their keys. Inside a dialog all keys belong to the dialog. */
export function useKeyboard(): void {
  useEffect(() => {
    let first = ''
    let timer: ReturnType<typeof setTimeout> | undefined
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || ['Control', 'Shift', 'Alt', 'Meta'].includes(event.key)) return
      const target = event.target instanceof HTMLElement ? event.target : null
      if (target?.closest('[role="dialog"], [role="menu"]')) return
      const chord = chordOf(event)
      if (belongsToTerminal(target, chord)) return
      const isText = takesText(target)
      if (isText && (isPlain(chord) || chord === 'Ctrl+Z')) return
      if (isPlain(chord) && !areSingleKeysOn()) return
      const actions = allActions(useActionRegistry.getState().sources)
      const sequence = first === '' ? chord : `${first} ${chord}`
      clearTimeout(timer)
      first = ''
      const action = actions.findLast((candidate) => candidate.keys === sequence)
      if (action) {
        event.preventDefault()
        runAction(action)
      } else if (actions.some((candidate) => candidate.keys?.startsWith(`${chord} `))) {
        event.preventDefault()
        first = chord
        timer = setTimeout(() => (first = ''), sequenceMilliseconds)
      }
    }
    document.addEventListener('keydown', onKeyDown)
    document.addEventListener('keydown', ignoreHeldEnter, true)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('keydown', ignoreHeldEnter, true)
      document.removeEventListener('keydown', onKeyDown)
    }
  }, [])
}

/** A held Enter clicks a button once: its repeats would confirm the dialog that the first one opened. */
function ignoreHeldEnter(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || !event.repeat) return
  if (event.target instanceof HTMLElement && event.target.closest('button, a, [role="button"]')) event.preventDefault()
}

/** Runs an action, or says why it cannot be run now. */
export function runAction(action: Action): void {
  if (action.reason !== undefined && action.reason !== '') {
    toast({ status: 'noAccess', title: action.title, detail: action.reason })
    return
  }
  const failed = (thrown: unknown) => reportError(thrown, `${action.title} did not work.`)
  try {
    void Promise.resolve(action.perform()).catch(failed)
  } catch (thrown) {
    failed(thrown)
  }
}
