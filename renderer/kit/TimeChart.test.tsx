// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { TimeChart } from './TimeChart.tsx'

const start = Date.UTC(2026, 0, 5, 12, 0)
const minutes = (count: number) => Array.from({ length: count }, (_, index) => start + index * 60_000)
const patience = { timeout: 30_000 }

afterEach(cleanup)

test('it says in words what it shows, with the newest value that was measured', () => {
  render(
    <TimeChart
      label="CPU of backend"
      times={minutes(3)}
      series={[{ name: 'used', colour: 1, values: [1, 2, null] }]}
      format={(value) => `${value} cores`}
    />,
  )
  expect(screen.getByRole('img', { name: 'CPU of backend, 12:00 to 12:02 UTC, now used 2 cores' })).toBeTruthy()
})

test('a gap parts the line, and a threshold carries its title', async () => {
  const { container } = render(
    <TimeChart
      label="Memory"
      times={minutes(6)}
      series={[{ name: 'used', colour: 4, values: [1, 2, null, null, 3, 2] }]}
      format={String}
      top={4}
      thresholds={[{ value: 3.5, title: 'limit 3.5', tone: 'crit' }]}
    />,
  )
  expect(await screen.findByText('limit 3.5', {}, patience)).toBeTruthy()
  const line = container.querySelector('.recharts-line-curve')?.getAttribute('d') ?? ''
  expect(line.match(/M/g)).toHaveLength(2)
}, 40_000)

test('a value alone between two gaps is a dot', async () => {
  const { container } = render(
    <TimeChart
      label="Memory"
      times={minutes(5)}
      series={[{ name: 'used', colour: 4, values: [1, 2, null, 3, null] }]}
      format={String}
      thresholds={[{ value: 3.5, title: 'limit', tone: 'crit' }]}
    />,
  )
  await screen.findByText('limit', {}, patience)
  expect(container.querySelectorAll('.recharts-reference-dot')).toHaveLength(1)
}, 40_000)
