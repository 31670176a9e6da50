import { expect, it } from 'vitest'
import { podColour } from './selection.ts'

it('keeps the colour of a pod while others join', () => {
  const pods = new Map([['a', 1]])
  const before = podColour(pods, 'a')
  pods.set('b', 1)
  expect(podColour(pods, 'a')).toBe(before)
  expect(podColour(pods, 'b')).not.toBe(before)
})
