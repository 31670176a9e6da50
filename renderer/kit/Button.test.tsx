import { cleanup, fireEvent, render, screen } from '@testing-library/react'
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
