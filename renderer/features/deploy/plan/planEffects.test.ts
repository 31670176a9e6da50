import { describe, expect, it } from 'vitest'
import { decideAll } from './decisions.ts'
import { effectsOf, warningOf, type Choices } from './planEffects.ts'
import { conflict, plan, resource } from '../testing/plan.ts'

const none: Choices = { decisions: {}, prune: new Set(), safetyBackup: false }

const large = () =>
  plan({
    stages: [
      {
        id: 'services',
        title: 'Services',
        waits: '',
        resources: [
          resource({ id: 'a', action: 'change', restartsPods: 4 }),
          resource({ id: 'b', name: 'agency-swarm-mcp', action: 'change', restartsPods: 1 }),
          resource({ id: 'c', kind: 'Job', name: 'migrate', action: 'create' }),
          resource({ id: 'd', kind: 'Service', name: 'agency-swarm-mcp', action: 'replace' }),
          resource({ id: 'e', kind: 'ConfigMap', name: 'x', action: 'conflict', conflicts: [conflict('data.A')] }),
          resource({ id: 'f', kind: 'Secret', name: 'y', action: 'same' }),
        ],
      },
    ],
    prune: [
      { id: 'old', kind: 'Deployment', name: 'agency-swarm-old', detail: '' },
      { id: 'older', kind: 'Service', name: 'agency-swarm-old', detail: '' },
    ],
    schema: { state: 'forward', detail: 'They add only.', migrations: ['0002_a', '0003_b'] },
  })

const detail = (choices: Choices) =>
  Object.fromEntries(effectsOf(large(), choices, 'agency-swarm').map(({ title, detail }) => [title, detail]))

describe('the question before a deployment', () => {
  it('names the pods that restart and the objects that are made, changed and replaced', () => {
    expect(detail(none)).toMatchObject({
      Restarts: '5 pods: backend 4, mcp 1',
      Created: '1: Job migrate',
      Changed: '3: Deployment backend, Deployment mcp, ConfigMap x',
      Replaced: '1: Service mcp; deleted and re-created',
    })
  })

  it('deletes nothing that was not checked, and says what stays', () => {
    expect(detail(none)['Deleted']).toBe('nothing; 2 no longer in the release stay')
    expect(detail({ ...none, prune: new Set(['old']) })['Deleted']).toBe(
      '1: Deployment old; 1 no longer in the release stays',
    )
  })

  it('says what becomes of fields with other owners', () => {
    expect(detail({ ...none, decisions: decideAll(large(), 'keep') })['Other owners']).toBe('1 field left as set')
    expect(detail({ ...none, decisions: decideAll(large(), 'take') })['Other owners']).toBe('1 field taken over')
  })

  it('says which migrations run, whether there is a backup, and how far Undo goes', () => {
    expect(detail(none)).toMatchObject({
      Database: '2 migrations: 0002_a, 0003_b. They add only.',
      Backup: 'none is taken first',
    })
    expect(detail(none)['Going back']).toContain('The schema stays.')
    expect(detail({ ...none, safetyBackup: true })['Going back']).toContain('the backup taken first goes back further')
  })

  it('warns before objects are deleted, and where the database cannot follow', () => {
    expect(warningOf(large(), none)).toBeUndefined()
    expect(warningOf(large(), { ...none, prune: new Set(['old', 'older']) })).toMatch(/^2 objects .* are deleted/)
    const back = plan({ schema: { state: 'restore', detail: 'Restore the backup of Monday.', migrations: [] } })
    expect(warningOf(back, none)).toContain('Restore the backup of Monday.')
  })
})
