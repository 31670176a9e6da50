import { beforeEach, expect, it, vi } from 'vitest'
import { openDockTab, useDock } from './dock.ts'

const kept = (): unknown => JSON.parse(localStorage.getItem('console.dock') ?? 'null')

beforeEach(() => {
  localStorage.clear()
  useDock.setState(useDock.getInitialState(), true)
})

it('numbers tabs as they open, and gives no number twice while its tab is open', () => {
  openDockTab({ kind: 'kubectl', title: 'kubectl' })
  openDockTab({ kind: 'shell', title: 'sh' })
  openDockTab({ kind: 'kubectl', title: 'kubectl' })
  expect(useDock.getState().tabs.map(({ number }) => number)).toEqual([1, 2, 3])
})

it('keeps terminals alone for the next window, which has them again without running them', async () => {
  openDockTab({ kind: 'tasks', title: 'Tasks' })
  const id = openDockTab({ kind: 'kubectl', title: 'kubectl', cluster: 'context:a', namespace: 'shop' })
  expect(kept()).toMatchObject({ state: { tabs: [{ id, kind: 'kubectl', cluster: 'context:a' }] } })
  vi.resetModules()
  const next = await import('./dock.ts')
  const { isOpen, active, tabs } = next.useDock.getState()
  expect({ isOpen, active, tabs }).toMatchObject({
    isOpen: false,
    active: id,
    tabs: [{ id, isRestored: true, number: 2 }],
  })
  next.takeUpDockTab(id)
  expect(next.useDock.getState().tabs[0]?.isRestored).toBe(false)
})

it.each([
  ['nonsense', 'nonsense'],
  ['another shape', { height: 'tall', tabs: {} }],
  [
    'tabs that are none',
    { height: 300, tabs: [null, 1, { id: 1 }, { id: 'a', kind: 'evil', title: '', parameters: {}, number: 1 }] },
  ],
])('what was kept is %s: the dock opens empty', async (_what, state) => {
  localStorage.setItem('console.dock', JSON.stringify({ state, version: 1 }))
  await useDock.persist.rehydrate()
  expect(useDock.getState().tabs).toEqual([])
})
