import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { closeWindow, openWindow, patience } from '../../../testing/openWindow.tsx'
import { samplePodDetail, samplePods } from '../../../testing/sampleData.ts'
import { SampleForwards } from '../../../testing/sampleForwards.ts'

const pod = samplePods()[0]?.name ?? ''
const port = samplePodDetail(pod).containers[0]?.ports[0]?.port ?? 0
let forwards: SampleForwards

beforeEach(() => {
  forwards = new SampleForwards()
})
afterEach(() => {
  closeWindow()
  vi.restoreAllMocks()
})

async function openDrawer() {
  const sample = await openWindow('workloads', { pod }, { forwards })
  return { sample, forward: await screen.findByRole('button', { name: `Forward ${port}` }, patience) }
}

const line = () => screen.findByRole('group', { name: `Forward of ${pod}:${port}` }, patience)

test('a port is forwarded on a free port, its address is shown and copied, its state followed, and it stops', async () => {
  const { sample, forward } = await openDrawer()
  expect(screen.queryByText(/forwarded$/)).toBeNull()
  fireEvent.click(forward)
  const own = within(await line())
  expect(own.getByText('Open')).toBeTruthy()
  const [opened] = forwards.list
  const address = `http://127.0.0.1:${opened?.localPort ?? 0}`
  expect(own.getByText(address)).toBeTruthy()
  expect(sample.calls.find(({ name }) => name === 'forwards.open')?.input).toEqual({
    context: 'context:staging-eu',
    namespace: 'agency-swarm',
    pod,
    port,
    localPort: 0,
  })
  const writeText = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
  fireEvent.click(own.getByRole('button', { name: `Copy ${address}` }))
  expect(writeText).toHaveBeenCalledWith(address)

  act(() => forwards.change(opened?.id ?? '', 'reconnecting', 'The connection to port 8080 broke: it was cut.'))
  expect(await own.findByText('Reconnecting', undefined, patience)).toBeTruthy()
  act(() => forwards.change(opened?.id ?? '', 'failed', 'You may not create pods/portforward.'))
  expect(await own.findByText('You may not create pods/portforward.', undefined, patience)).toBeTruthy()
  expect(own.getByText('Failed')).toBeTruthy()

  fireEvent.click(own.getByRole('button', { name: 'Stop' }))
  await waitFor(() => {
    expect(screen.queryByRole('group', { name: /^Forward of/ })).toBeNull()
  }, patience)
  expect(forwards.list).toEqual([])
})

test("the header counts the context's forwards of every namespace and stops each", async () => {
  const mine = { context: 'context:staging-eu', namespace: 'default', pod: 'web-0', port: 80 }
  forwards.open({ ...mine, localPort: 0 })
  forwards.open({ ...mine, pod: 'db-0', port: 5432, localPort: 0 })
  forwards.open({ ...mine, context: 'context:another', localPort: 0 })
  await openWindow('workloads', {}, { forwards })
  fireEvent.click(await screen.findByRole('button', { name: '2 ports forwarded' }, patience))
  const own = within(await screen.findByRole('group', { name: 'Forward of default/db-0:5432' }, patience))
  fireEvent.click(own.getByRole('button', { name: 'Stop' }))
  await screen.findByText('1 port forwarded', undefined, patience)
  expect(forwards.list.map((forward) => forward.pod)).toEqual(['web-0', 'web-0'])
})

test('a port that is not TCP is listed and cannot be forwarded', async () => {
  const { sample } = await openDrawer()
  const udp = screen.getByRole('button', { name: 'Forward 8125' })
  expect(udp.getAttribute('aria-disabled')).toBe('true')
  expect(screen.getByText(/^UDP, /)).toBeTruthy()
  fireEvent.click(udp)
  fireEvent.click(screen.getByRole('button', { name: `Forward ${port}` }))
  await line()
  expect(sample.calls.filter(({ name }) => name === 'forwards.open').map(({ input }) => input)).toMatchObject([
    { port },
  ])
})

test('forwards that cannot be read are unknown, not none', async () => {
  await openWindow('workloads', {}, { troubleOf: (path) => (path === 'forwards.watch' ? '500' : undefined) })
  fireEvent.click(await screen.findByRole('button', { name: 'Forwarded ports unknown' }, patience))
  expect(await screen.findByText('Open forwards could not be read', undefined, patience)).toBeTruthy()
})
