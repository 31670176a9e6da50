import { expect, it } from 'vitest'
import { ConsoleError } from '#shared/errors.ts'
import { crossingOf, crossingWarning, currentSuite } from './crossing.ts'

const environments = { prod: 'production', stage: 'staging' } as const
const directory: Parameters<typeof crossingOf>[0] = {
  facts: (context) => ({ name: context, environment: environments[context as 'prod'], role: 'administrator' }),
  suiteOf: ({ context, namespace }) => ({ cluster: `uid:${context}`, namespace }),
  isSameCluster: (a, b) => a.replace('former', 'uid') === b.replace('former', 'uid'),
  contextTo: (cluster) => {
    const context = cluster.split(':')[1] ?? ''
    if (context in environments) return context
    throw new ConsoleError('NO_CLUSTER', 'There is no such cluster.')
  },
}
const target = { context: 'prod', namespace: 'agency-swarm' }
const crossing = (cluster: string, namespace = 'agency-swarm') => crossingOf(directory, target, { cluster, namespace })
const warning = (...source: Parameters<typeof crossing>) => {
  const found = crossing(...source)
  return found && crossingWarning(found)
}

it('one suite is no crossing, by a former id of its cluster either', () => {
  expect([crossing('uid:prod'), crossing('former:prod')]).toEqual([undefined, undefined])
  expect(currentSuite(directory, { cluster: 'former:prod', namespace: 'a' })).toEqual({ cluster: 'uid:prod', namespace: 'a' }) // prettier-ignore
})

it('staging into production is said first, with both places', () => {
  expect(warning('uid:stage')).toMatch(/^Data of staging replaces data of production\. .*agency-swarm on stage; .* agency-swarm on prod\./) // prettier-ignore
})

it('two suites of one environment are named, too', () => {
  expect(warning('uid:prod', 'shop')).toBe(
    'The backup is of shop on prod; it replaces the database of agency-swarm on prod.',
  )
})

it('a cluster that no context leads to any more has an unknown environment, never a harmless one', () => {
  expect(warning('uid:gone')).toContain('a cluster whose environment is unknown')
  const lost = { cluster: 'uid:gone', namespace: 'a' }
  expect(currentSuite(directory, lost)).toEqual(lost)
})
