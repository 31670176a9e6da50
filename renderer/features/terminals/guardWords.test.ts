import { expect, it } from 'vitest'
import type { TerminalQuestion } from '#shared/contract/terminals.ts'
import { namesOf, questionTitle } from './guardWords.ts'

const question: TerminalQuestion = {
  id: '1',
  streamId: 'stream-0001',
  context: 'context:prod',
  cluster: 'prod-eu-1',
  verb: 'delete',
  resource: 'pods',
  namespace: 'shop',
  names: ['web-0'],
  count: 1,
  command: 'kubectl delete',
  request: 'DELETE /x',
  actsAs: '',
  content: '',
  level: 2,
  askedAt: 0,
  until: 1,
}

it.each([
  [{}, 'Delete pods/web-0'],
  [{ verb: 'patch', resource: 'deployments.apps/scale', names: ['web'] }, 'Change deployments.apps/scale/web'],
  [{ verb: 'create', names: [] }, 'Create pods/(named by the server)'],
  [{ verb: 'connect', resource: 'pods/exec' }, 'Run a program in pod web-0'],
  [{ verb: 'create', resource: 'pods/eviction' }, 'Evict pod web-0'],
  [{ verb: 'deletecollection', count: 50 }, 'Delete 50 pods'],
  [{ verb: 'deletecollection', count: null }, 'Delete an unknown number of pods'],
  [{ verb: 'unclear', resource: '', names: [] }, 'Send a request that the console cannot read'],
] as const)('%j is called %s', (given, title) => {
  expect(questionTitle({ ...question, ...given } as TerminalQuestion)).toBe(title)
})

it('says what is not listed, and what could not be counted', () => {
  expect(namesOf({ ...question, names: ['a', 'b'], count: 2 })).toBe('a, b')
  expect(namesOf({ ...question, names: ['a', 'b'], count: 9 })).toBe('a, b and 7 more')
  expect(namesOf({ ...question, names: [], count: null })).toBe('and others that could not be counted')
})
