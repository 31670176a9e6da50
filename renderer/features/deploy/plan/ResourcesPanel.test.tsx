import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { FailurePanel } from '../run/FailurePanel.tsx'
import { ResourcesPanel } from './ResourcesPanel.tsx'
import { plan } from '../testing/plan.ts'

afterEach(cleanup)

describe('the resources of a plan', () => {
  it('shows what changes and keeps what stays the same for those who ask', () => {
    const chosen: string[] = []
    render(
      <ResourcesPanel
        plan={plan()}
        steps={[]}
        selected={undefined}
        onSelect={(id) => chosen.push(id)}
        decisions={{}}
        prune={new Set()}
      />,
    )
    expect(screen.getAllByRole('listitem')).toHaveLength(1)
    expect(screen.getByText('1 resource is the same.')).toBeTruthy()
    fireEvent.click(within(screen.getByRole('listitem')).getByRole('button'))
    expect(chosen).toEqual(['b'])
    fireEvent.click(screen.getByRole('radio', { name: 'All 2' }))
    expect(screen.getAllByRole('listitem')).toHaveLength(2)
  })
})

describe('a deployment that failed', () => {
  it("shows the pod's reason and last lines, and the raw facts on request", () => {
    const fault = {
      code: 'DEPLOY_FAILED',
      message: 'Deployment agents failed. Container agents exited with code 1.',
      details: { pod: 'agents-1', reason: 'CrashLoopBackOff', lastLogLines: ['Error: REDIS_URL is not set'] },
    }
    render(<FailurePanel fault={fault} stage="Agents" />)
    expect(screen.getByText('Stopped at Agents')).toBeTruthy()
    expect(screen.getByText('CrashLoopBackOff')).toBeTruthy()
    expect(screen.getByText('Error: REDIS_URL is not set')).toBeTruthy()
    expect(screen.queryByText(/"lastLogLines"/)).toBeNull()
    fireEvent.click(screen.getByRole('button', { name: 'Details' }))
    expect(screen.getByText(/"lastLogLines"/)).toBeTruthy()
  })
})
