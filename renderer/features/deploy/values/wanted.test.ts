import { describe, expect, it } from 'vitest'
import type { DeployStatus } from '#shared/contract/deploy.ts'
import { draftOf } from '../deployStore.ts'
import { notReady, versionProblem, wantedOf } from './wanted.ts'

const draft = draftOf({ context: 'none', namespace: 'none' })
const status: DeployStatus = {
  installed: { id: 'r1', version: '0.1.0', profile: 'production', values: 'a: 1\n', at: 1, by: 'maya' },
  unfinished: null,
  profiles: [
    { id: 'small', title: 'Small' },
    { id: 'production', title: 'Production' },
  ],
  versions: ['0.2.0', '0.1.0'],
}

describe('what is planned', () => {
  it('is the newest version with the profile and values that are installed, until something is chosen', () => {
    expect(wantedOf(draft, status, false)).toEqual({ profile: 'production', version: '0.2.0', values: 'a: 1\n' })
    expect(wantedOf({ ...draft, profile: 'small', version: '0.1.0', values: '' }, status, false)).toEqual({
      profile: 'small',
      version: '0.1.0',
      values: '',
    })
    const fresh = { ...status, installed: null }
    expect(wantedOf(draft, fresh, false)).toMatchObject({ profile: 'small', values: '' })
  })

  it('proposes the profile of the sandbox for the sandbox alone', () => {
    const profiles = [{ id: 'sandbox', title: 'Sandbox' }, ...status.profiles]
    const fresh = { ...status, profiles, installed: null }
    expect(wantedOf(draft, fresh, true).profile).toBe('sandbox')
    expect(wantedOf(draft, fresh, false).profile).toBe('small')
    expect(wantedOf(draft, { ...fresh, profiles: profiles.slice(0, 1) }, false).profile).toBe('sandbox')
  })
})

describe('a tag that is typed', () => {
  it('is what a registry takes, and nothing that a shell would read', () => {
    for (const tag of ['1', '0.2.0-rc.1', 'v2_3', '']) expect(versionProblem(tag)).toBeUndefined()
    for (const tag of ['a b', '1;rm', '-1', '1-', '$(x)', 'a/b']) expect(versionProblem(tag)).toContain('Use letters')
    expect(versionProblem('1'.repeat(64))).toContain('at most 63')
  })
})

describe('a plan that cannot be asked for yet', () => {
  it('says what is missing or wrong', () => {
    const wanted = wantedOf(draft, status, false)
    expect(notReady(wanted, 0)).toBeUndefined()
    expect(notReady({ ...wanted, profile: '' }, 0)).toContain('profile')
    expect(notReady({ ...wanted, version: '' }, 0)).toContain('Choose a version')
    expect(notReady({ ...wanted, version: 'a b' }, 0)).toContain('a b')
    expect(notReady(wanted, 2)).toContain('2 faults')
  })
})
