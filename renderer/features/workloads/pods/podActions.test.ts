import { expect, it } from 'vitest'
import { consequences } from './podActions.ts'
import { podRow } from '../testing/podRow.ts'

it('says who brings deleted pods back, each controller once', () => {
  const text = consequences([podRow({ uid: '1' }), podRow({ uid: '2' })])
  expect(text.match(/ReplicaSet/g)).toHaveLength(1)
  expect(text).toContain('starts new ones')
})

it('promises nothing for a pod without a controller', () => {
  expect(consequences([podRow({ owner: null })])).not.toContain('new ones')
})
