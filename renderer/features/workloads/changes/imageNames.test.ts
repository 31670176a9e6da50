import { expect, test } from 'vitest'
import { sampleDetail } from '../../../testing/sampleWorkloads.ts'
import { isOfSuite, withTag } from './imageNames.ts'
import { imageChanges } from './imageChanges.ts'

test.each([
  ['agency-swarm/suite:2.4.0', 'agency-swarm/suite:2.5.0'],
  ['registry.example.org:5000/team/suite', 'registry.example.org:5000/team/suite:2.5.0'],
  ['registry.example.org:5000/suite:1@sha256:abc', 'registry.example.org:5000/suite:2.5.0'],
  ['suite@sha256:abc', 'suite:2.5.0'],
])('%s with the tag 2.5.0 is %s', (image, expected) => {
  expect(withTag(image, '2.5.0')).toBe(expected)
})

test.each([
  ['registry.example.org/agency-swarm/suite:2.4.0', true],
  ['localhost/agency-swarm-suite:2.4.0', true],
  ['agency-swarm/postgresql-pgvector:15', false],
  ['pgvector/pgvector:pg15', false],
  ['redis:7', false],
])('whether %s is a service of the suite: %s', (image, expected) => {
  expect(isOfSuite(image)).toBe(expected)
})

test('a version changes the chosen services of the suite and leaves those that run it already', () => {
  const details = ['backend', 'agents', 'redis'].map((name) => sampleDetail('Deployment', `agency-swarm-${name}`))
  const all = new Set(details.map((each) => each.name))
  expect(imageChanges(details, all, '2.4.1').map(({ workload }) => workload.name)).toEqual([
    'agency-swarm-backend',
    'agency-swarm-agents',
  ])
  expect(imageChanges(details, new Set(['agency-swarm-agents']), '2.4.1')).toHaveLength(1)
  expect(imageChanges(details, all, '2.4.0')).toEqual([])
})
