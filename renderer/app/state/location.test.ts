import { beforeEach, describe, expect, test } from 'vitest'
import { pages } from '../features.ts'
import { readPlace, routes } from '../routes.ts'
import { goBack, goForward, navigate, setParameters, useLocation } from './location.ts'

beforeEach(() => {
  localStorage.clear()
  useLocation.setState(useLocation.getInitialState(), true)
})

const place = () => {
  const { page, parameters, cluster } = useLocation.getState()
  return { page, parameters, cluster }
}

describe('navigation', () => {
  test('every page has a route and every route a page', () => {
    expect(pages.map((page) => page.id).sort()).toEqual(Object.keys(routes).sort())
  })

  test('a page or parameter that does not exist does not compile', () => {
    const never: (() => void)[] = [
      // @ts-expect-error there is no such page
      () => navigate({ page: 'workload' }),
      // @ts-expect-error the page of workloads knows no parameter `service`
      () => navigate({ page: 'workloads', parameters: { service: 'backend' } }),
      // @ts-expect-error nor such a tab
      () => navigate({ page: 'configuration', parameters: { tab: 'secrets' } }),
      // @ts-expect-error pods are a list
      () => navigate({ page: 'logs', parameters: { pods: 'backend-1' } }),
      // @ts-expect-error a parameter of another page
      () => setParameters('deploy', { backup: 'b1' }),
    ]
    expect(never).toHaveLength(5)
  })

  test('the cluster stays when only the page changes, and what is left out takes its default', () => {
    navigate({ page: 'overview', cluster: 'sandbox' })
    navigate({ page: 'workloads', parameters: { pod: 'a' } })
    setParameters('workloads', { podTab: 'yaml' })
    setParameters('workloads', { pod: undefined })
    expect(place()).toEqual({
      page: 'workloads',
      cluster: 'sandbox',
      parameters: { kind: 'Pod', filter: '', podTab: 'yaml', workloadTab: 'summary' },
    })
  })

  test('a drawer that closes after its page was left changes nothing on the next page', () => {
    navigate({ page: 'workloads' })
    navigate({ page: 'deploy', parameters: { view: 'drift' } })
    setParameters('workloads', { pod: undefined, podTab: undefined })
    expect(place().parameters).toEqual({ view: 'drift' })
  })
})

describe('back and forward', () => {
  test('return to the places with their parameters and cluster', () => {
    navigate({ page: 'overview', cluster: 'sandbox' })
    navigate({ page: 'logs', parameters: { services: ['backend'] } })
    const logs = place()
    navigate({ page: 'overview', cluster: 'context:prod' })
    goBack()
    expect(place()).toEqual(logs)
    goBack()
    expect(place()).toMatchObject({ page: 'overview', cluster: 'sandbox' })
    goForward()
    goForward()
    expect(place()).toMatchObject({ page: 'overview', cluster: 'context:prod' })
    goForward()
    expect(place()).toMatchObject({ page: 'overview', cluster: 'context:prod' })
  })

  test('a new step drops what lay ahead', () => {
    navigate({ page: 'overview' })
    navigate({ page: 'logs' })
    goBack()
    navigate({ page: 'deploy' })
    goForward()
    expect(place().page).toBe('deploy')
    goBack()
    expect(place().page).toBe('overview')
  })
})

describe('what was remembered', () => {
  test.each([
    ['a page of an earlier version', { page: 'observability', parameters: { tab: 'x' } }, 'fleet', {}],
    ['nothing', {}, 'fleet', {}],
    [
      'a value that is none',
      { page: 'deploy', parameters: { view: 'nonsense', release: 4 } },
      'deploy',
      { view: 'plan' },
    ],
    ['parameters that are text', { page: 'backups', parameters: 'b1' }, 'backups', {}],
    [
      'some that can be read and some that cannot',
      { page: 'logs', parameters: { services: ['a'], sinceSeconds: '900', extra: true } },
      'logs',
      { services: ['a'], pods: [], previous: false, sinceSeconds: 3_600 },
    ],
  ])('%s leads somewhere', (_case, given, page, parameters) => {
    expect(readPlace(given)).toEqual({ page, parameters })
  })

  test('a store that holds nonsense opens the fleet', async () => {
    localStorage.setItem(
      'console.location',
      JSON.stringify({ version: 1, state: { page: 7, cluster: [], namespaces: { a: 'one', b: 2 } } }),
    )
    await useLocation.persist.rehydrate()
    expect(useLocation.getState()).toMatchObject({ page: 'fleet', cluster: null, namespaces: { a: 'one' }, past: [] })
  })
})
