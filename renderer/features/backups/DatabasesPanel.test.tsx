import { screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import type { KeptDatabase } from '#shared/contract/backups.ts'
import { falseClaims } from '../../testing/claims.ts'
import { closeWindow, openWindow, patience } from '../../testing/openWindow.tsx'
import { troubles } from '../../testing/troubles.ts'
import { originOf, wayOut } from './DatabasesPanel.tsx'

afterEach(closeWindow)

const aboutDatabases = () => falseClaims(document).filter((claim) => /^(?!green).*databases?/i.test(claim))

describe('the databases kept on the server', () => {
  it.each(troubles)('are never called none when asking for them is answered %s', async (trouble) => {
    await openWindow('backups', {}, { troubleOf: (path) => (path === 'backups.databases' ? trouble : undefined) })
    expect(await screen.findByText('Databases kept on the server', {}, patience)).toBeTruthy()
    if (trouble === 'pending') expect(screen.getByLabelText('Reading the databases')).toBeTruthy()
    else await screen.findByRole('alert', {}, patience)
    expect(aboutDatabases()).toEqual([])
  })

  it('are called none when the server has none', async () => {
    await openWindow('backups', {}, {})
    expect(await screen.findByText('No databases beside the live one.', {}, patience)).toBeTruthy()
    // Which is a claim, so the table above would have found it.
    expect(aboutDatabases()).not.toEqual([])
  })

  const database = (given: Partial<KeptDatabase>): KeptDatabase => ({
    ...{ oid: '1', name: 'a_before_x', purpose: 'before', madeBy: '', madeAt: 0, bytes: 1, isOpen: true, sessions: 0 },
    ...{ proof: 'journal', offers: ['remove'] },
    ...given,
  })

  it('say whose they are, why they are there and what the way out is', () => {
    expect(originOf(database({ proof: 'name' }))).toMatch(/live before the restore of .* by another console\.$/)
    expect(originOf(database({ purpose: 'trial' }))).toMatch(/^The scratch database of the verification of /)
    expect(wayOut(database({ offers: ['undo', 'keep'] }))).toBe('Undo or keep the restore, above.')
    expect(wayOut(database({ offers: ['keep'] }))).toBe('Remove what the restore kept, above.')
    expect(wayOut(database({ offers: [] }))).toContain('cannot be removed now')
    expect(wayOut(database({ proof: 'name' }))).toBe('That console may still need it to undo.')
  })
})
