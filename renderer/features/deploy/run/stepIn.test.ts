import { describe, expect, it } from 'vitest'
import { sampleRun } from '../../../testing/sampleDeploy.ts'
import { stepInNow } from './stepIn.ts'
import { plan } from '../testing/plan.ts'

const stopped = { id: 'r1', version: '0.1.0', stage: 'Services', fault: null, at: 1, by: 'maya', isElsewhere: false }
const words = (acts: ReturnType<typeof stepInNow>) => Object.fromEntries(acts.map(({ act, words }) => [act, words]))

describe('stepping in', () => {
  it('says which stages a stop leaves out, or why there is no stopping', () => {
    expect(words(stepInNow(sampleRun(), null, plan()))['Stop']).toContain('Monitoring is not run.')
    const uncancellable = 'The migration cannot be stopped.'
    expect(words(stepInNow(sampleRun({ uncancellable }), null, plan()))['Stop']).toBe(uncancellable)
  })

  it('says what resuming applies again and what undoing returns', () => {
    const acts = words(stepInNow(sampleRun({ state: 'failed' }), stopped, plan()))
    expect(acts['Resume']).toContain('Applies Services again, then 1 stage after it')
    expect(acts['Undo']).toContain('1 created one is deleted')
  })

  it('says that a schema which went forward stays when the rest is undone', () => {
    const forward = plan({ schema: { state: 'forward', detail: '', migrations: ['0002_a'] } })
    expect(words(stepInNow(undefined, stopped, forward))['Undo']).toContain('the schema stay')
    expect(words(stepInNow(undefined, stopped, plan()))['Undo']).not.toContain('schema')
  })

  it('offers nothing while another console works, and where nothing is unfinished', () => {
    expect(stepInNow(undefined, { ...stopped, isElsewhere: true }, null)).toEqual([])
    expect(stepInNow(undefined, null, plan())).toEqual([])
    expect(stepInNow(sampleRun({ kind: 'undeploy' }), null, null)).toEqual([])
  })
})
