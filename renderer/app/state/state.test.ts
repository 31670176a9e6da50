import { afterEach, describe, expect, test } from 'vitest'
import { confirm, useConfirmRequest } from './confirm.ts'
import { closeDockTab, openDockTab, toggleDock, useDock } from './dock.ts'
import { reportError, toast, undoLatest, useToasts } from './toasts.ts'

afterEach(() => {
  useDock.setState(useDock.getInitialState(), true)
  useToasts.setState(useToasts.getInitialState(), true)
})

describe('dock', () => {
  test('a tab with a known id comes to the front instead of opening twice', () => {
    openDockTab({ id: 'tasks', kind: 'tasks', title: 'Tasks' })
    openDockTab({ kind: 'terminal', title: 'kubectl' })
    openDockTab({ id: 'tasks', kind: 'tasks', title: 'Tasks' })
    expect(useDock.getState().tabs).toHaveLength(2)
    expect(useDock.getState().active).toBe('tasks')
  })

  test('closing the front tab shows its neighbour, closing the last hides the dock', () => {
    const first = openDockTab({ kind: 'terminal', title: 'one' })
    const second = openDockTab({ kind: 'terminal', title: 'two' })
    closeDockTab(second)
    expect(useDock.getState()).toMatchObject({ active: first, isOpen: true })
    closeDockTab(first)
    expect(useDock.getState()).toMatchObject({ active: null, isOpen: false })
    toggleDock()
    expect(useDock.getState().isOpen).toBe(false)
  })
})

describe('messages', () => {
  test('undo runs the newest undoable message once', () => {
    const undone: string[] = []
    toast({ status: 'healthy', title: 'one', undo: () => void undone.push('one') })
    toast({ status: 'healthy', title: 'two', undo: () => void undone.push('two') })
    toast({ status: 'healthy', title: 'three' })
    undoLatest()
    undoLatest()
    undoLatest()
    expect(undone).toEqual(['two', 'one'])
  })

  test('what a person cancelled is not reported as a failure', () => {
    const cancelled = new Error('aborted')
    cancelled.name = 'AbortError'
    reportError(cancelled, 'Nothing')
    reportError(new Error('boom'), 'The backup failed.')
    expect(useToasts.getState().toasts.map((message) => message.title)).toEqual(['The backup failed.'])
  })
})

test('a second question answers the first with no', async () => {
  const first = confirm({ level: 2, title: 'First?', confirmLabel: 'Do' })
  const second = confirm({ level: 2, title: 'Second?', confirmLabel: 'Do' })
  expect(await first).toBeNull()
  useConfirmRequest.getState().pending?.answer({ reason: 'because' })
  expect(await second).toEqual({ reason: 'because' })
})
