import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import type { RestorePlan } from '#shared/contract/backups.ts'
import { RestoreEffects } from './RestoreEffects.tsx'
import { backup } from '../testing/backup.ts'

afterEach(cleanup)

const plan = (tables: RestorePlan['tables']): RestorePlan => ({
  backup: backup(),
  steps: [],
  tables,
  effects: [{ title: 'Restarted', detail: 'backend (2 pods)' }],
  blockers: [],
  warnings: ['The schema is one version older.'],
})

describe('the effects of a restore', () => {
  it('says how many current rows leave the live database, and who is restarted', () => {
    render(<RestoreEffects plan={plan([{ name: 'tasks', now: 1_309, after: 0 }])} />)
    expect(screen.getByText(/1,309 current rows leave the live database/)).toBeTruthy()
    expect(screen.getByText('backend (2 pods)')).toBeTruthy()
    expect(screen.getByText(/one version older/)).toBeTruthy()
  })

  it('says what comes back when nothing is lost', () => {
    render(<RestoreEffects plan={plan([{ name: 'tasks', now: 0, after: 1 }])} />)
    expect(screen.getByText('1 row comes back.')).toBeTruthy()
  })

  it('keeps tables that stay the same out of the way until asked for', () => {
    const tables = Array.from({ length: 9 }, (_, index) => ({ name: `table${index}`, now: 1, after: 1 }))
    render(<RestoreEffects plan={plan(tables)} />)
    expect(screen.queryByText('table8')).toBeNull()
    fireEvent.click(screen.getByRole('button', { name: '4 more tables' }))
    expect(screen.getByText('table8')).toBeTruthy()
  })
})
