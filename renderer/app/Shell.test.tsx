import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConsoleError } from '#shared/errors.ts'
import { receiveNotice } from '../client/index.ts'
import { sampleContexts } from '../testing/sampleData.ts'
import { startSampleEngine, type SampleEngine, type Scene } from '../testing/sampleEngine.ts'
import { Shell } from './Shell.tsx'
import { confirm, useConfirmRequest } from './state/confirm.ts'
import { reportError, toastMilliseconds, useToasts } from './state/toasts.ts'
import { useClusters } from './state/clusters.ts'
import type { PageId } from './routes.ts'
import { useLayout } from './state/layout.ts'
import { navigate, useLocation } from './state/location.ts'

let sample: SampleEngine | undefined
const patience = { timeout: 30_000 }

beforeEach(() => {
  localStorage.clear()
  useLocation.setState(useLocation.getInitialState(), true)
  useClusters.setState(useClusters.getInitialState(), true)
  useToasts.setState(useToasts.getInitialState(), true)
  useConfirmRequest.setState(useConfirmRequest.getInitialState(), true)
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

test('Enter confirms when it is released, and the same press clicks nothing behind the dialog', async () => {
  await open({}, 'overview')
  let answer: unknown
  act(() => {
    void confirm({ level: 3, title: 'Restore prod-eu-1?', confirmLabel: 'Restore' }).then((given) => (answer = given))
  })
  const field = await screen.findByLabelText('Type prod-eu-1 to confirm')
  fireEvent.change(field, { target: { value: 'prod-eu-1' } })
  // Prevented: the browser would click whatever has the focus once the dialog is gone.
  expect(fireEvent.keyDown(field, { key: 'Enter' })).toBe(false)
  expect(fireEvent.keyDown(field, { key: 'Enter', repeat: true })).toBe(false)
  expect(answer).toBeUndefined()
  fireEvent.keyUp(field, { key: 'Enter' })
  await waitFor(() => expect(answer).toEqual({ typedName: 'prod-eu-1' }), patience)
  const opener = screen.getByRole('button', { name: 'Fleet' })
  expect(fireEvent.keyDown(opener, { key: 'Enter', repeat: true })).toBe(false)
  expect(fireEvent.keyDown(opener, { key: 'Enter' })).toBe(true)
})

test('an Enter that was pressed before the field had the focus confirms nothing', async () => {
  await open({}, 'overview')
  let answer: unknown
  act(() => {
    void confirm({ level: 3, title: 'Restore prod-eu-1?', confirmLabel: 'Restore' }).then((given) => (answer = given))
  })
  const field = await screen.findByLabelText('Type prod-eu-1 to confirm')
  fireEvent.change(field, { target: { value: 'prod-eu-1' } })
  fireEvent.keyUp(field, { key: 'Enter' })
  expect(answer).toBeUndefined()
})

test('every confirmation shows its cluster, and one that destroys has the focus on the way out', async () => {
  await open({}, 'overview')
  act(() => {
    void confirm({
      level: 2,
      title: 'Delete a pod?',
      confirmLabel: 'Delete 1 pod',
      cancelLabel: 'Keep',
      isDanger: true,
    })
  })
  const dialog = await screen.findByRole('dialog', { name: 'Delete a pod?' })
  expect(within(dialog).getByText('prod-eu-1')).toBeTruthy()
  expect(within(dialog).getByText('production')).toBeTruthy()
  await waitFor(() => expect(document.activeElement?.textContent).toBe('Keep'), patience)
})

test('a message names its cluster, leaves by itself, and stays in the bell', async () => {
  await open({}, 'overview')
  vi.useFakeTimers({ shouldAdvanceTime: true })
  try {
    act(() => reportError(new ConsoleError('TIMEOUT', 'No answer.'), 'The backup did not start', 'context:prod-eu-1'))
    expect((await screen.findByText('The backup did not start')).parentElement?.textContent).toContain('on prod-eu-1')
    act(() => void vi.advanceTimersByTime(toastMilliseconds + 100))
    expect(screen.queryByText('The backup did not start')).toBeNull()
  } finally {
    vi.useRealTimers()
  }
  fireEvent.click(screen.getByRole('button', { name: 'Messages, 1 failed since last opened' }))
  expect(await screen.findByText('The backup did not start')).toBeTruthy()
  expect(await screen.findByRole('button', { name: 'Messages' })).toBeTruthy()
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
  await open({ problems: [{ path: '/home/a/old.yaml', line: 7, severity: 'error', message: 'A tab begins line 7.' }] })
  expect((await screen.findByRole('region', { name: 'Kubeconfig problems' })).textContent).toContain(
    '/home/a/old.yaml:7',
  )
})

test('the palette finds a pod, a workload and a namespace from any page, and what can be done with them', async () => {
  await open({}, 'settings')
  const type = async (text: string) => {
    act(() => {
      useLayout.setState({ isPaletteOpen: false })
    })
    fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true })
    fireEvent.change(await screen.findByPlaceholderText('Search, go to, or run a command'), { target: { value: text } })
  }
  const choose = async (title: RegExp) => {
    const found = await waitFor(() => {
      const option = [...document.querySelectorAll('[cmdk-item]')].find((each) => title.test(each.textContent ?? ''))
      if (!option) throw new Error('It is not listed yet.')
      return option
    }, patience)
    fireEvent.click(found)
  }
  await type('restart swarm-backend')
  await choose(/^Restart…/)
  expect(await screen.findByRole('dialog', { name: 'Restart agency-swarm-backend' }, patience)).toBeTruthy()
  expect(useLocation.getState().page).toBe('settings')
  fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' })

  await type('namespace default')
  await choose(/^default/)
  await waitFor(() => expect(Object.values(useLocation.getState().namespaces)).toContain('default'), patience)

  await type('mcp-7d5f8b6c94')
  await choose(/^agency-swarm-mcp-7d5f8b6c94-q8r2x/)
  await waitFor(() => expect(useLocation.getState().page).toBe('workloads'), patience)
  expect(useLocation.getState().parameters).toMatchObject({ pod: 'agency-swarm-mcp-7d5f8b6c94-q8r2x' })
}, 60_000)

test('a file that was set aside is said, with where it is kept', async () => {
  const message =
    'The settings cannot be read: it is not valid JSON. The defaults apply. The file is kept as /d/settings.json.x.'
  await open({ fileProblems: [{ path: '/d/settings.json', keptAs: '/d/settings.json.x', message }] })
  expect((await screen.findByText('Problem with settings.json')).closest('[role]')?.textContent).toContain(message)
})
