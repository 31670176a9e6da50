import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { Button } from './Button.tsx'

afterEach(cleanup)

test('a button with a reason cannot be pressed but can be reached', () => {
  let presses = 0
  render(
    <Button reason="You need the operator role." onClick={() => (presses += 1)}>
      Restart
    </Button>,
  )
  const button = screen.getByRole('button', { name: 'Restart' })
  fireEvent.click(button)
  expect(presses).toBe(0)
  expect(button.getAttribute('aria-disabled')).toBe('true')
  expect(button.hasAttribute('disabled')).toBe(false)
})

test('a busy button refuses a second press', () => {
  let presses = 0
  render(
    <Button busy onClick={() => (presses += 1)}>
      Back up
    </Button>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Back up' }))
  expect(presses).toBe(0)
})

test('a double-click starts work once, and the button is busy until it has settled', async () => {
  let started = 0
  let end: () => void = () => undefined
  const work = () => {
    started += 1
    return new Promise<void>((resolve) => (end = resolve))
  }
  render(<Button onClick={work}>Back up now</Button>)
  const button = screen.getByRole('button', { name: 'Back up now' })
  fireEvent.click(button, { detail: 1 })
  fireEvent.click(button, { detail: 2 })
  fireEvent.click(button, { detail: 1 })
  expect(started).toBe(1)
  expect(button.getAttribute('aria-busy')).toBe('true')
  await act(async () => {
    end()
    await Promise.resolve()
  })
  expect(button.getAttribute('aria-busy')).toBeNull()
  // The work was so quick that the second half of the double-click comes after it.
  fireEvent.click(button, { detail: 2 })
  expect(started).toBe(1)
  fireEvent.click(button, { detail: 1 })
  expect(started).toBe(2)
})
