import { cleanup, render, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { RestoreSteps, type RestoreStep } from './RestoreSteps.tsx'

afterEach(cleanup)

const steps: RestoreStep[] = [
  {
    id: 'check',
    title: 'Check the backup',
    detail: 'hashes fit',
    group: 'safe',
    state: 'done',
    startedAt: 0,
    endedAt: 9_000,
  },
  { id: 'swap', title: 'Swap', detail: 'databases are renamed', group: 'change', state: 'running', startedAt: 9_000 },
  { id: 'health', title: 'Health check', detail: '', group: 'change', state: 'waiting', plannedMs: 3_000 },
]

describe('the steps of a restore', () => {
  it('tells what leaves the live system alone from what changes it', () => {
    render(<RestoreSteps steps={steps} now={10_000} who="Production" isProduction isPlan />)
    const [safe, change] = screen.getAllByRole('list')
    expect(screen.getByText('Production keeps running unchanged')).toBeTruthy()
    expect(within(safe ?? document.body).getByText('Check the backup')).toBeTruthy()
    expect(within(change ?? document.body).getByText('Swap')).toBeTruthy()
  })

  it('marks the running step and shows real and planned durations', () => {
    render(<RestoreSteps steps={steps} now={13_000} who="sandbox" isProduction={false} />)
    const running = screen.getAllByRole('listitem').filter((item) => item.getAttribute('aria-current') === 'step')
    expect(running.map((item) => within(item).getByText('databases are renamed').textContent)).toEqual([
      'databases are renamed',
    ])
    expect(screen.getByText('9 s')).toBeTruthy()
    expect(screen.getByText('4 s')).toBeTruthy()
    expect(screen.getByText('about 3 s')).toBeTruthy()
  })
})
