import { expect, it } from 'vitest'
import { podColour, readSelection } from './selection.ts'

it('reads services, pods and the run before from the parameters of the page', () => {
  expect(readSelection({ services: 'backend,agents', previous: 'true', since: '900' })).toEqual({
    services: ['backend', 'agents'],
    pods: [],
    previous: true,
    sinceSeconds: 900,
  })
})

it('follows everything of the last hour when nothing or nonsense was asked for', () => {
  expect(readSelection({ since: 'soon' })).toEqual({ services: [], pods: [], previous: false, sinceSeconds: 3_600 })
})

it('keeps the colour of a pod while others join', () => {
  const pods = new Map([['a', 1]])
  const before = podColour(pods, 'a')
  pods.set('b', 1)
  expect(podColour(pods, 'a')).toBe(before)
  expect(podColour(pods, 'b')).not.toBe(before)
})
