import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { defaultState, readWindowState, visibleBounds, writeWindowState } from './windowState.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'console-window-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const state = { bounds: { x: 60, y: 40, width: 1200, height: 760 }, maximized: true }

it('keeps the place of the window, readable by its owner alone', () => {
  const path = join(folder, 'new', 'window.json')
  expect(readWindowState(path)).toEqual(defaultState)
  writeWindowState(path, state)
  expect(readWindowState(path)).toEqual(state)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

it.each([
  '{"bounds":',
  '{"bounds":{"width":"wide","height":1},"maximized":false}',
  'null',
  '{"bounds":{"width":1e99}}',
])('sets aside what it cannot read: %s', (content) => {
  const path = join(folder, 'window.json')
  writeFileSync(path, content)
  expect(readWindowState(path)).toEqual(defaultState)
  expect([existsSync(path), existsSync(`${path}.unreadable`)]).toEqual([false, true])
})

it('opens in sight when the screen it was on is gone, or its title bar is out of reach', () => {
  const one = { x: 0, y: 0, width: 1920, height: 1080 }
  const right = { x: 1920, y: 0, width: 2560, height: 1440 }
  const at = (x: number, y: number) => ({ ...state, bounds: { ...state.bounds, x, y } })
  expect(visibleBounds(at(2000, 100), [one, right])).toEqual(at(2000, 100).bounds)
  expect(visibleBounds(at(2000, 100), [one])).toEqual({ width: 1200, height: 760 })
  expect(visibleBounds(at(-1100, 100), [one])).toEqual({ width: 1200, height: 760 })
  expect(visibleBounds(at(-900, 100), [one])).toEqual(at(-900, 100).bounds)
  expect(visibleBounds(at(100, -30), [one])).toEqual({ width: 1200, height: 760 })
  expect(visibleBounds(at(100, 1070), [one])).toEqual({ width: 1200, height: 760 })
})
