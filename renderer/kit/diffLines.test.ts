import { expect, test } from 'vitest'
import { compareLines, textOf } from './diffLines.ts'

test('lines carry their numbers on both sides', () => {
  const lines = compareLines('a\nb\nc\n', 'a\nc\nd\n')
  expect(lines.map((line) => [line.kind, line.before, line.after, textOf(line)])).toEqual([
    ['same', 1, 1, 'a'],
    ['removed', 2, undefined, 'b'],
    ['same', 3, 2, 'c'],
    ['added', undefined, 3, 'd'],
  ])
})

test('only the changed word of a changed line is marked', () => {
  const lines = compareLines('memory: 1Gi\n', 'memory: 2Gi\n')
  expect(lines.map((line) => line.parts.filter((part) => part.isChanged).map((part) => part.text))).toEqual([
    ['1Gi'],
    ['2Gi'],
  ])
})

test('a new text is all added', () => {
  expect(compareLines('', 'a\nb').map((line) => line.kind)).toEqual(['added', 'added'])
})

test('a line end that changes is seen', () => {
  const shown = (before: string, after: string) =>
    compareLines(before, after).map((line) => `${line.kind} ${textOf(line)}`)
  expect(shown('a\r\nb\n', 'a\nb\n')).toEqual(['removed a␍', 'added a', 'same b'])
  expect(shown('a\n', 'a')).toEqual(['removed a', 'added a (no line end)'])
  expect(shown('a\r\n', 'a\r\nb\r\n')).toEqual(['same a␍', 'added b␍'])
  expect(shown('', 'a')).toEqual(['added a'])
})
