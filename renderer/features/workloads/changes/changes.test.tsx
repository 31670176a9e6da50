import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { closeWindow, openWindow, patience } from '../../../testing/openWindow.tsx'
import { sampleContexts } from '../../../testing/sampleData.ts'
import type { SampleEngine } from '../../../testing/sampleEngine.ts'
import { closeChange, openChange } from './changeStore.ts'

afterEach(() => {
  closeChange()
  closeWindow()
})

const deployment = { kind: 'Deployment', workload: 'agency-swarm-backend' } as const
const image = 'registry.example.org/agency-swarm/suite:2.4.1'

const inputs = (sample: SampleEngine, name: string) =>
  sample.calls.filter((call) => call.name === name).map((call) => call.input)

async function dialog(title: string | RegExp) {
  return within(await screen.findByRole('dialog', { name: title }, patience))
}

/** A button that works: one that cannot be used yet refuses clicks. */
async function press(scope: Pick<typeof screen, 'getByRole'>, name: string | RegExp) {
  await waitFor(() => {
    expect(scope.getByRole('button', { name }).getAttribute('aria-disabled')).toBeNull()
  }, patience)
  fireEvent.click(scope.getByRole('button', { name }))
}

test('a change shows what it does before it can be made, is followed to its end, and offers the way back', async () => {
  const sample = await openWindow('workloads', deployment)
  fireEvent.click(await screen.findByRole('button', { name: 'Set image…' }, patience))
  const form = await dialog('Set image of agency-swarm-backend')
  fireEvent.change(form.getByLabelText('Image'), { target: { value: image } })
  fireEvent.click(form.getByRole('button', { name: 'Set image' }))
  expect(inputs(sample, 'rollouts.change')).toEqual([])

  expect(await form.findByText(/4 pods of agency-swarm-backend restart/, undefined, patience)).toBeTruthy()
  expect(form.getByText(/allows no pod to be taken away/)).toBeTruthy()
  expect(form.getByText('Undo returns to revision 18.')).toBeTruthy()
  await press(form, 'Set image')
  await screen.findByText('agency-swarm-backend runs the new image', undefined, patience)
  expect(inputs(sample, 'rollouts.change')).toMatchObject([
    { name: 'agency-swarm-backend', change: { do: 'setImage', images: [{ container: 'backend', image }] } },
  ])

  fireEvent.click(screen.getByRole('button', { name: /^Undo/ }))
  const back = await dialog('Return agency-swarm-backend to an earlier revision')
  expect(back.getByRole('radio', { name: /Revision 17/ }).getAttribute('aria-checked')).toBe('true')
  await press(back, 'Return to revision 17')
  await waitFor(() => {
    expect(inputs(sample, 'rollouts.change').at(-1)).toMatchObject({ change: { do: 'undo', revision: 17 } })
  }, patience)
})

test('while it is typed nothing is asked; afterwards once, about what stands there', async () => {
  const sample = await openWindow('workloads', deployment)
  fireEvent.click(await screen.findByRole('button', { name: 'Set image…' }, patience))
  const form = await dialog('Set image of agency-swarm-backend')
  for (let end = image.length - 5; end <= image.length; end += 1) {
    fireEvent.change(form.getByLabelText('Image'), { target: { value: image.slice(0, end) } })
  }
  await form.findByText('What it does', undefined, patience)
  expect(inputs(sample, 'rollouts.impact')).toMatchObject([{ change: { images: [{ image }] } }])
})

test('an image that no registry would take is refused where it is typed', async () => {
  const sample = await openWindow('workloads', deployment)
  fireEvent.click(await screen.findByRole('button', { name: 'Set image…' }, patience))
  const form = await dialog('Set image of agency-swarm-backend')
  fireEvent.change(form.getByLabelText('Image'), { target: { value: 'suite:1; reboot' } })
  expect(form.getByText(/Use an image reference/)).toBeTruthy()
  fireEvent.click(form.getByRole('button', { name: 'Set image' }))
  expect(sample.calls.map((call) => call.name)).not.toContain('rollouts.change')
})

test('scaling says what the autoscaler thinks, and its undo goes back to the previous number', async () => {
  const sample = await openWindow('workloads', deployment, { taskMilliseconds: 60_000 })
  fireEvent.click(await screen.findByRole('button', { name: 'Scale…' }, patience))
  const form = await dialog('Scale agency-swarm-backend')
  fireEvent.change(form.getByLabelText('Pods, 4 now'), { target: { value: '8' } })
  expect(await form.findByText(/will set it back to 4/, undefined, patience)).toBeTruthy()
  await press(form, 'Scale to 8 pods')
  await screen.findByText('agency-swarm-backend is scaling to 8 pods', undefined, patience)
  expect(inputs(sample, 'rollouts.change')).toMatchObject([{ change: { do: 'scale', replicas: 8 } }])
  fireEvent.click(screen.getByRole('button', { name: /^Undo/ }))
  const back = await dialog('Scale agency-swarm-backend')
  expect(back.getByLabelText<HTMLInputElement>('Pods, 4 now').value).toBe('4')
})

test('a StatefulSet that is stuck names the pod and the reason, and can be unstuck', async () => {
  const sample = await openWindow('workloads', { kind: 'StatefulSet', workload: 'agency-swarm-postgresql' })
  expect(await screen.findByText(/pg99 cannot be pulled/, undefined, patience)).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Unstick…' }))
  const form = await dialog('Unstick agency-swarm-postgresql')
  await press(form, 'Delete the stuck pods')
  await waitFor(() => {
    expect(inputs(sample, 'rollouts.change')).toMatchObject([{ change: { do: 'unstick' } }])
  }, patience)
})

test('several chosen workloads are restarted after one look at what that does', async () => {
  const sample = await openWindow('workloads', { kind: 'Deployment' })
  for (const name of ['agency-swarm-mcp', 'agency-swarm-agents']) {
    fireEvent.click(await screen.findByRole('checkbox', { name: `Select ${name}` }, patience))
  }
  fireEvent.click(screen.getByRole('button', { name: 'Restart 2 workloads…' }))
  const form = await dialog('Restart 2 workloads')
  expect(await form.findByText(/2 pods of agency-swarm-mcp restart/, undefined, patience)).toBeTruthy()
  expect(form.getByText(/3 pods of agency-swarm-agents restart/)).toBeTruthy()
  await press(form, 'Restart 2 workloads')
  await waitFor(() => expect(inputs(sample, 'rollouts.change')).toHaveLength(2), patience)
})

test('all services of the suite get a version one after the other, and the database keeps its own', async () => {
  const sample = await openWindow('workloads')
  openChange({ of: 'images', scope: { context: 'context:staging-eu', namespace: 'agency-swarm' } })
  const version = await screen.findByLabelText('Version of all chosen services', undefined, patience)
  const form = await dialog('Set image of all suite services')
  fireEvent.change(version, { target: { value: '2.4.1' } })
  fireEvent.click(form.getByText('agency-swarm-mcp'))
  await press(form, 'Set image of 3 services')
  await waitFor(() => expect(inputs(sample, 'rollouts.change')).toHaveLength(3), patience)
  expect(inputs(sample, 'rollouts.change')).toMatchObject(
    ['backend', 'frontend', 'agents'].map((name) => ({ name: `agency-swarm-${name}` })),
  )
})

test('a read only role sees the details and every action with the reason why not', async () => {
  const contexts = sampleContexts().map((cluster) => ({ ...cluster, role: 'read_only' as const }))
  const sample = await openWindow('workloads', deployment, { contexts })
  const button = await screen.findByRole('button', { name: 'Set image…' }, patience)
  expect(button.getAttribute('aria-disabled')).toBe('true')
  fireEvent.click(button)
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(sample.calls.map((call) => call.name)).not.toContain('rollouts.impact')
})
