import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunJournals } from './runJournal.ts'

const scope = { cluster: 'context:a', namespace: 'shop' }
const facts = { id: 'r1', ...scope, version: '1', profile: 'small', registry: '', by: 'maya', previous: null }
let folder: string
let now = 1
const journals = () => new RunJournals(folder, () => now++)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runs-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('RunJournals', () => {
  it('knows after a crash at which stage a run stopped, and which objects it made', () => {
    const journal = journals().of(scope, 'r1')
    journal.begin(facts)
    journal.stage('1', 'started')
    journal.object('v1 Namespace shop', true)
    journal.object('v1 Secret s', false)
    journal.stage('1', 'done')
    journal.stage('2', 'started')
    // Resumed: its own object is there now, and still counts as made by the run.
    journal.object('v1 Secret s', true)
    const view = journals().newest(scope)
    expect(view).toMatchObject({ id: 'r1', stage: '2', ended: undefined, fault: null })
    expect([...(view?.doneStages ?? [])]).toEqual(['1'])
    expect([...(view?.created ?? [])]).toEqual(['v1 Secret s'])
  })

  it('reads past a line that the crash cut off, and writes on after it', async () => {
    const journal = journals().of(scope, 'r1')
    journal.begin(facts)
    const [file] = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jsonl'))
    const path = join(folder, file ?? '')
    await writeFile(path, `${await readFile(path, 'utf8')}{"event":"sta`)
    journal.stage('1', 'started')
    expect(journal.read()?.stage).toBe('1')
  })

  it('gives the newest run of this namespace alone', () => {
    journals().of(scope, 'r1').begin(facts)
    journals()
      .of(scope, 'r2')
      .begin({ ...facts, id: 'r2' })
    journals()
      .of({ ...scope, namespace: 'other' }, 'r3')
      .begin({ ...facts, id: 'r3', namespace: 'other' })
    expect(journals().newest(scope)?.id).toBe('r2')
    expect(() => journals().of(scope, '../../etc')).toThrow('Invalid')
  })
})
