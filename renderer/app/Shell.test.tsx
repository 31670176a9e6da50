import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { receiveNotice } from '../client/index.ts'
import { sampleContexts } from '../testing/sampleData.ts'
import { startSampleEngine, type SampleEngine, type Scene } from '../testing/sampleEngine.ts'
import { Shell } from './Shell.tsx'
import { confirm } from './state/confirm.ts'
import { useClusters } from './state/clusters.ts'
import type { PageId } from './routes.ts'
import { navigate, useLocation } from './state/location.ts'

let sample: SampleEngine | undefined
const patience = { timeout: 30_000 }

beforeEach(() => {
  localStorage.clear()
  useLocation.setState(useLocation.getInitialState(), true)
  useClusters.setState(useClusters.getInitialState(), true)
})

afterEach(() => {
  cleanup()
  sample?.stop()
})

async function open(scene: Scene = {}, page: PageId = 'fleet', cluster = 'context:prod-eu-1') {
  sample = startSampleEngine(scene)
  navigate({ page, cluster })
  render(<Shell />)
  await waitFor(() => expect(useClusters.getState().isKnown).toBe(true), patience)
}

const environment = () => document.querySelector('.app')?.getAttribute('data-environment')

test('the fleet lists every cluster and says how far the connection to a lost one came', async () => {
  await open()
  const grid = await screen.findByRole('grid', { name: 'Clusters' })
  expect(within(grid).getAllByRole('rowheader')).toHaveLength(5)
  const steps = screen.getByRole('list', { name: 'Steps of the connection to edge-osl-01' })
  expect(steps.textContent).toMatch(/DNS.*TCP.*TLS not tried/)
  expect(screen.getAllByText(/timed out/).length).toBeGreaterThan(0)
  fireEvent.click(screen.getAllByRole('button', { name: 'Retry now' })[0] ?? grid)
  await waitFor(
    () => expect(sample?.calls).toContainEqual({ name: 'clusters.check', input: { context: 'context:edge-osl-01' } }),
    patience,
  )
})

test('production marks the window; a page of all clusters does not', async () => {
  await open()
  expect(environment()).toBeNull()
  fireEvent.keyDown(document.body, { key: 'g' })
  fireEvent.keyDown(document.body, { key: 'o' })
  expect(environment()).toBe('production')
  expect(screen.getByRole('contentinfo').textContent).toContain('PRODUCTION · prod-eu-1')
  expect(await screen.findByRole('heading', { name: 'Overview' })).toBeTruthy()
})

test('single keys do nothing while a field has the focus', async () => {
  await open()
  const filter = await screen.findByRole('textbox', { name: 'Filter clusters' })
  fireEvent.keyDown(filter, { key: 'g' })
  fireEvent.keyDown(filter, { key: 'o' })
  expect(useLocation.getState().page).toBe('fleet')
})

test('the palette finds a page and goes there', async () => {
  await open()
  fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true })
  const input = await screen.findByPlaceholderText('Search, go to, or run a command')
  fireEvent.change(input, { target: { value: 'sett' } })
  fireEvent.keyDown(input, { key: 'Enter' })
  await waitFor(() => expect(useLocation.getState().page).toBe('settings'), patience)
})

test('a level 3 question on production wants the name of the cluster, letter by letter', async () => {
  await open({}, 'overview')
  let answer: unknown
  act(() => {
    void confirm({ level: 3, title: 'Restore prod-eu-1?', confirmLabel: 'Restore prod-eu-1' }).then(
      (given) => (answer = given),
    )
  })
  const field = await screen.findByLabelText('Type prod-eu-1 to confirm')
  const button = screen.getByRole('button', { name: 'Restore prod-eu-1' })
  fireEvent.change(field, { target: { value: 'prod-eu' } })
  fireEvent.click(button)
  expect(answer).toBeUndefined()
  expect(screen.getByText('2 to go')).toBeTruthy()
  fireEvent.change(field, { target: { value: 'prod-eu-1' } })
  fireEvent.click(button)
  await waitFor(() => expect(answer).toEqual({ typedName: 'prod-eu-1' }), patience)
})

test('the same question on the sandbox is one click', async () => {
  await open({}, 'overview', 'sandbox')
  let answer: unknown
  act(() => {
    void confirm({ level: 3, title: 'Restore?', confirmLabel: 'Restore' }).then((given) => (answer = given))
  })
  fireEvent.click(await screen.findByRole('button', { name: 'Restore' }))
  await waitFor(() => expect(answer).toEqual({}), patience)
})

test('a stopped sandbox offers to be started, on every page of it', async () => {
  const stopped = sampleContexts()
    .filter((cluster) => cluster.id === 'sandbox')
    .map((cluster) => ({ ...cluster, health: 'stopped' as const, summary: '' }))
  await open({ contexts: stopped }, 'overview', 'sandbox')
  fireEvent.click(await screen.findByRole('button', { name: 'Start the sandbox' }))
  await waitFor(() => expect(sample?.calls.map((call) => call.name)).toContain('sandbox.start'), patience)
})

test('a window that has never chosen a cluster begins with the sandbox', async () => {
  await open({}, 'fleet', 'context:gone')
  await waitFor(() => expect(useLocation.getState().cluster).toBe('sandbox'), patience)
})

test('a lost engine is said on the page, and what was there stays', async () => {
  await open()
  await screen.findByRole('grid', { name: 'Clusters' })
  act(() => receiveNotice({ state: 'restarting', attempt: 2, limit: 5, reason: 'It ended with signal SIGKILL.' }))
  expect(screen.getByRole('alert').textContent).toContain('It ended with signal SIGKILL.')
  expect(screen.getByText('Starting again, attempt 2 of 5')).toBeTruthy()
  expect(screen.getByRole('grid', { name: 'Clusters' }).textContent).toContain('prod-eu-1')
})

test('kubeconfig problems are listed with file and line', async () => {
  await open({ problems: [{ path: '/home/a/old.yaml', line: 7, message: 'A tab begins line 7.' }] })
  expect((await screen.findByRole('region', { name: 'Kubeconfig problems' })).textContent).toContain(
    '/home/a/old.yaml:7',
  )
})
