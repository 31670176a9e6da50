import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { createRef } from 'react'
import { afterEach, describe, expect, it } from 'vitest'
import { LogSearchBar } from './LogSearchBar.tsx'
import { LogSession } from './logSession.ts'
import { logLine } from './testing/logLine.ts'

afterEach(cleanup)

function shown() {
  const frames: (() => void)[] = []
  const session = new LogSession((run) => frames.push(run))
  session.begin(() => undefined)
  session.receive({
    lines: [logLine({ text: 'memory high' }), logLine({ text: 'ok' }), logLine({ text: 'out of memory' })],
    sources: [],
  })
  for (const run of frames.splice(0)) run()
  const steps: number[] = []
  render(
    <LogSearchBar
      session={session}
      input={createRef()}
      onMatch={(step) => steps.push(step)}
      onToggleFollow={() => session.pause(1)}
    />,
  )
  return { session, steps, field: screen.getByRole('textbox', { name: 'Search in the lines' }) }
}

describe('searching on the page of logs', () => {
  it('counts matches while one types and goes through them with Enter', () => {
    const { field, steps } = shown()
    fireEvent.change(field, { target: { value: 'memory' } })
    expect(screen.getByRole('status').textContent).toBe('2 matches')
    fireEvent.keyDown(field, { key: 'Enter' })
    fireEvent.keyDown(field, { key: 'Enter', shiftKey: true })
    expect(steps).toEqual([1, -1])
  })

  it('shows only matches when asked', () => {
    const { session, field } = shown()
    fireEvent.change(field, { target: { value: 'memory' } })
    fireEvent.click(screen.getByRole('radio', { name: 'Only matches' }))
    expect(session.view.shown).toHaveLength(2)
  })

  it('says what is wrong with an expression instead of finding nothing', () => {
    const { field } = shown()
    fireEvent.click(screen.getByRole('button', { name: 'Regular expression' }))
    fireEvent.change(field, { target: { value: '(' } })
    expect(screen.getByText(/cannot be read/)).toBeTruthy()
    expect(screen.queryByRole('status')).toBeNull()
  })

  it('offers to follow once it is paused', () => {
    shown()
    fireEvent.click(screen.getByRole('button', { name: 'Pause' }))
    expect(screen.getByRole('button', { name: 'Follow' })).toBeTruthy()
  })
})
