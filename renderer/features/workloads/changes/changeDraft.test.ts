import { describe, expect, test } from 'vitest'
import type { WorkloadDetail } from '#shared/contract/rollouts.ts'
import { sampleDetail } from '../../../testing/sampleWorkloads.ts'
import { draftProblem, firstDraft } from './changeDraft.ts'
import { undoOf } from './changeWords.ts'

const detail: WorkloadDetail = sampleDetail('Deployment', 'agency-swarm-backend')

describe('a draft', () => {
  test.each(['setImage', 'scale', 'setEnvironment', 'setResources'] as const)(
    'of %s says nothing new until something is typed',
    (kind) => {
      expect(draftProblem(firstDraft(kind, detail), detail)).toBeTruthy()
    },
  )

  test('of an undo begins with the newest revision that is not the current one', () => {
    expect(firstDraft('undo', detail)).toEqual({ do: 'undo', revision: 17 })
    expect(draftProblem({ do: 'undo', revision: 17 }, detail)).toBeUndefined()
  })

  test.each(['nginx; rm -rf /', 'nginx:$(id)', 'UPPER/case:1', ''])('refuses %j as an image', (image) => {
    expect(draftProblem({ do: 'setImage', images: [{ container: 'backend', image }] }, detail)).toContain(
      'image reference',
    )
  })

  test.each([Number.NaN, 1001, 4])('refuses %s as a number of pods', (replicas) => {
    expect(draftProblem({ do: 'scale', replicas }, detail)).toBeTruthy()
  })

  test('refuses quantities that Kubernetes would not read, and takes an empty limit as none', () => {
    const resources = { do: 'setResources', container: 'backend' } as const
    expect(draftProblem({ ...resources, requests: { cpu: '1 core' }, limits: {} }, detail)).toContain('quantity')
    expect(draftProblem({ ...resources, requests: { cpu: '250m' }, limits: {} }, detail)).toBeUndefined()
  })

  test('refuses a variable without a name, twice the same, and one that a shell could not read', () => {
    const set = (...names: string[]) =>
      draftProblem(
        {
          do: 'setEnvironment',
          container: 'backend',
          set: names.map((name) => ({ name, value: 'x' })),
          remove: [],
        },
        detail,
      )
    expect(set('')).toContain('name')
    expect(set('A', 'A')).toContain('twice')
    expect(set('1A')).toContain('1A')
    expect(set('NEW_ONE')).toBeUndefined()
  })
})

describe('the way back', () => {
  test('of a new revision is the one that the task reported, else the previous one', () => {
    const change = { do: 'restart' } as const
    expect(undoOf(change, detail)).toBeNull()
    const image = { do: 'setImage', images: [{ container: 'backend', image: 'a:1' }] } as const
    expect(undoOf({ ...image, images: [...image.images] }, detail, 15)).toEqual({ do: 'undo', revision: 15 })
    expect(undoOf({ ...image, images: [...image.images] }, detail)).toEqual({ do: 'undo', revision: 18 })
  })

  test('of scaling is the previous number, and of a pause to continue', () => {
    expect(undoOf({ do: 'scale', replicas: 0 }, detail)).toEqual({ do: 'scale', replicas: 4 })
    expect(undoOf({ do: 'pause' }, detail)).toEqual({ do: 'resume' })
  })
})
