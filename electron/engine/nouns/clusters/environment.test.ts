import { describe, expect, it } from 'vitest'
import { guessEnvironment } from './environment.ts'

describe('guessEnvironment', () => {
  it.each([
    ['prod-eu-1', 'production'],
    ['arn:aws:eks:eu-west-1:1:cluster/production', 'production'],
    ['staging-eu', 'staging'],
    ['preprod', 'staging'],
    ['edge-osl-01', 'edge'],
    ['kind-dev', 'other'],
    ['reproduction', 'other'],
  ])('takes %s for %s', (name, environment) => {
    expect(guessEnvironment([name])).toBe(environment)
  })

  it('takes the most careful guess where several contexts lead to one cluster', () => {
    expect(guessEnvironment(['kind-dev', 'admin@prod', 'stage'])).toBe('production')
  })
})
