import { expect, it } from 'vitest'
import { splitPodName } from './podName.ts'

it('separates what a pod shares with its siblings from its own ending', () => {
  expect(splitPodName('backend-7f6d4c9b5d-6nqvs', 'backend-7f6d4c9b5d')).toEqual({
    stem: 'backend-7f6d4c9b5d-',
    ending: '6nqvs',
  })
  expect(splitPodName('backend-7f6d4c9b5d-6nqvs', 'backend').ending).toBe('6nqvs')
  expect(splitPodName('postgresql-0', 'postgresql')).toEqual({ stem: 'postgresql-', ending: '0' })
})

it('leaves a name without an owner, or of another owner, whole', () => {
  expect(splitPodName('debug', undefined)).toEqual({ stem: '', ending: 'debug' })
  expect(splitPodName('debug', 'backend')).toEqual({ stem: '', ending: 'debug' })
})
