import { act } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { contract } from '#shared/contract/index.ts'
import type { Destination } from '../app/routes.ts'
import { navigate } from '../app/state/location.ts'
import { falseClaims, saysWhy } from './claims.ts'
import { closeWindow, openWindow } from './openWindow.tsx'
import { troubles, type Trouble } from './troubles.ts'

/** Every page of a cluster, and every tab that asks for something of its own. The fleet lives on the list of clusters: below. */
const views: readonly Destination[] = [
  { page: 'overview' },
  { page: 'logs' },
  { page: 'workloads' },
  { page: 'workloads', parameters: { kind: 'Deployment', workload: 'agency-swarm-backend' } },
  { page: 'workloads', parameters: { kind: 'Job' } },
  { page: 'deploy' },
  { page: 'deploy', parameters: { view: 'releases' } },
  { page: 'deploy', parameters: { view: 'drift' } },
  { page: 'configuration' },
  { page: 'configuration', parameters: { tab: 'limits' } },
  { page: 'configuration', parameters: { tab: 'access' } },
  { page: 'configuration', parameters: { tab: 'certificates' } },
  { page: 'configuration', parameters: { tab: 'migrations' } },
  { page: 'backups' },
  { page: 'security' },
  { page: 'settings' },
]

const nameOf = ({ page, parameters }: Destination) =>
  [page, ...Object.values<unknown>(parameters ?? {}).filter((value) => !String(value).startsWith('agency'))].join(' ')

/** What the shell itself lives on: its failures have tests of their own below. */
const shell = ['clusters.watch', 'app.info', 'app.settings', 'app.fileProblems', 'app.heartbeat']

function isRead(path: string): boolean {
  const [noun = '', call = ''] = path.split('.')
  const procedure = (contract as Record<string, Record<string, { '~orpc': { meta: { effect?: string } } }>>)[noun]?.[
    call
  ]
  return procedure?.['~orpc'].meta.effect === 'read'
}

afterEach(closeWindow)

/** Settings are the console's own. */
const isSilent = new Set(['settings'])

const table: Record<string, Record<string, string>> = {}

/** Waits until the page has stopped changing: its calls have failed, or are known to be silent. */
async function settled(): Promise<void> {
  let text = ''
  let still = 0
  for (let waited = 0; waited < 6_000 && still < 4; waited += 60) {
    await act(() => new Promise((resolve) => setTimeout(resolve, 60)))
    const now = document.querySelector('main')?.textContent ?? ''
    still = now === text && now.length > 0 ? still + 1 : 0
    text = now
  }
}

test.each(troubles)(
  'no page says anything false when every read answers %s',
  async (trouble: Trouble) => {
    await openWindow(
      'settings',
      {},
      { troubleOf: (path) => (isRead(path) && !shell.includes(path) ? trouble : undefined) },
    )
    const found: string[] = []
    for (const view of views) {
      act(() => navigate(view))
      await settled()
      const claims = falseClaims(document)
      if (trouble !== 'pending' && !isSilent.has(view.page) && !saysWhy(document)) claims.push('does not say why')
      ;(table[nameOf(view)] ??= {})[trouble] = claims.length === 0 ? 'true' : `${claims.length} false`
      found.push(...claims.map((claim) => `${nameOf(view)}: ${claim}`))
    }
    expect(found).toEqual([])
  },
  240_000,
)

test.each(troubles.filter((trouble) => trouble !== 'feed' && trouble !== 'stale'))(
  'the window claims no cluster, health or count when the list of clusters answers %s',
  async (trouble) => {
    await openWindow('fleet', {}, { troubleOf: (path) => (path === 'clusters.watch' ? trouble : undefined) }, false)
    await settled()
    const claims = falseClaims(document)
    ;(table['fleet, no list of clusters'] ??= {})[trouble] = claims.length === 0 ? 'true' : `${claims.length} false`
    expect(claims).toEqual([])
  },
  60_000,
)

test('the same words are found where they are true: on an empty namespace that answers', async () => {
  await openWindow('workloads', { kind: 'Job' }, { isEmpty: true })
  await settled()
  expect(falseClaims(document).join()).toMatch(/No Job in this namespace/)
}, 60_000)

test('the table of pages and answers', () => {
  console.table(table)
  expect(Object.keys(table)).toHaveLength(views.length + 1)
})
