import { expect, it } from 'vitest'
import { redact, withoutValues } from './redact.ts'

it('keeps the keys of what may be secret, and none of the values', () => {
  const edit = { of: 'keys', set: { PASSWORD: 'hunter2', LEVEL: 'info' }, remove: ['OLD'] }
  expect(withoutValues({ kind: 'Secret', edit }, ['edit.set'])).toEqual({
    kind: 'Secret',
    edit: { of: 'keys', set: { PASSWORD: '[redacted]', LEVEL: '[redacted]' }, remove: ['OLD'] },
  })
})

it('strikes out the values of a list of variables, and keeps their names', () => {
  const change = { do: 'setEnvironment', set: [{ name: 'DB', value: 'hunter2' }] }
  expect(withoutValues({ change }, ['change.set'])).toEqual({
    change: { do: 'setEnvironment', set: [{ name: 'DB', value: '[redacted]' }] },
  })
})

it('leaves details without that path as they are', () => {
  expect(withoutValues({ edit: { of: 'spec', yaml: 'a: 1' } }, ['edit.set', 'other.path'])).toEqual({
    edit: { of: 'spec', yaml: 'a: 1' },
  })
})

it('strikes out what sounds like a secret, at any depth, and cuts long texts', () => {
  const details = { nested: [{ apiToken: 'abc' }], text: 'x'.repeat(3000) }
  expect(redact(details)).toEqual({ nested: [{ apiToken: '[redacted]' }], text: `${'x'.repeat(2000)}…` })
})
