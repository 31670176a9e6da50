import { expect, test } from 'vitest'
import { isNamed, matches, matchRanges } from './paletteSearch.ts'
import type { Action } from './state/actions.ts'

const action = (title: string, section: string): Action => ({
  id: title,
  title,
  section,
  effect: 'read',
  perform: () => undefined,
})
const restore = action('Restore a backup…', 'Actions on prod-eu-1')
const page = action('Backups', 'Go to')
const cluster = action('prod-eu-1', 'Go to cluster')

test('every typed word must occur', () => {
  expect([restore, page, cluster].map((each) => matches(each, 'back rest'))).toEqual([true, false, false])
})

test('> leaves commands, @ leaves clusters', () => {
  expect([restore, page, cluster].map((each) => matches(each, '>'))).toEqual([true, false, false])
  expect([restore, page, cluster].map((each) => matches(each, '@prod'))).toEqual([false, false, true])
})

test('a title answers by itself, or only by the section it stands in', () => {
  const ofWorkloads = action('Set image of all suite services…', 'Workloads')
  expect(matches(ofWorkloads, 'workl')).toBe(true)
  expect(isNamed(ofWorkloads, 'workl')).toBe(false)
  expect(isNamed(action('Workloads', 'Go to'), 'workl')).toBe(true)
})

test('what was typed is marked in the title', () => {
  expect(matchRanges('Restore a backup…', 'rest')).toEqual([
    { text: 'Rest', isMatch: true },
    { text: 'ore a backup…', isMatch: false },
  ])
})
