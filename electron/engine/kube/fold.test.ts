import { expect, it } from 'vitest'
import { fold, merge, type Entry } from './fold.ts'
import type { Delta } from './streamTypes.ts'

const entry = (uid: string, resourceVersion: string): Entry<string> => ({
  uid,
  namespace: 'shop',
  name: 'a',
  resourceVersion,
  row: `${uid}@${resourceVersion}`,
})
const kinds = (deltas: Delta<string>[]): string[] => deltas.map(({ type, row }) => `${type} ${row}`)

it.each([
  ['a new object', undefined, 'present', entry('1', '5'), ['added 1@5']],
  ['a newer state', entry('1', '5'), 'present', entry('1', '6'), ['changed 1@6']],
  ['the same state again', entry('1', '5'), 'present', entry('1', '5'), []],
  ['another uid under the same name', entry('1', '5'), 'present', entry('2', '6'), ['removed 1@5', 'added 2@6']],
  ['a deletion', entry('1', '5'), 'gone', entry('1', '6'), ['removed 1@6']],
  ['a late deletion of a replaced object', entry('2', '6'), 'gone', entry('1', '7'), []],
  ['a deletion of something unknown', undefined, 'gone', entry('1', '6'), []],
] as const)('folds %s', (_what, known, sighting, next, expected) =>
  expect(kinds(fold(known, sighting, next))).toEqual(expected),
)

const one = (type: Delta<string>['type'], row: string): Delta<string> => ({
  type,
  row,
  uid: '1',
  namespace: 'shop',
  name: 'a',
})

it.each([
  [undefined, one('changed', 'b'), one('changed', 'b')],
  [one('added', 'a'), one('changed', 'b'), one('added', 'b')],
  [one('added', 'a'), one('removed', 'b'), undefined],
  [one('changed', 'a'), one('changed', 'b'), one('changed', 'b')],
  [one('changed', 'a'), one('removed', 'b'), one('removed', 'b')],
  [one('removed', 'a'), one('added', 'b'), one('changed', 'b')],
])('merges %j and %j', (earlier, later, expected) => expect(merge(earlier, later)).toEqual(expected))
