import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { navigate, setParameters } from '../../app/state/location.ts'
import { codeIn, typeCode } from '../../testing/codeText.ts'
import { closeWindow, openWindow, patience } from '../../testing/openWindow.tsx'
import type { SampleEngine } from '../../testing/sampleEngine.ts'
import { useDrafts } from './objects/drafts.ts'
import { revealMilliseconds } from './keys/RevealedValue.tsx'

afterEach(() => {
  vi.restoreAllMocks()
  closeWindow()
  useDrafts.setState({ drafts: new Map() })
})

const configMap = { tab: 'keys', object: 'ConfigMap/agency-swarm-config' } as const
const secret = { tab: 'keys', object: 'Secret/agency-swarm-secrets' } as const
const password = 'sample-only-Kx81'

const inputs = (sample: SampleEngine, name: string) =>
  sample.calls.filter((call) => call.name === name).map((call) => call.input)

const page = () => document.body.innerHTML

async function press(scope: Pick<typeof screen, 'getByRole'>, name: string | RegExp) {
  await waitFor(() => {
    expect(scope.getByRole('button', { name }).getAttribute('aria-disabled')).toBeNull()
  }, patience)
  fireEvent.click(scope.getByRole('button', { name }))
}

async function dialog(title: string | RegExp) {
  return within(await screen.findByRole('dialog', { name: title }, patience))
}

async function type(label: string, value: string) {
  fireEvent.change(await screen.findByLabelText(label, undefined, patience), { target: { value } })
}

test('saving shows which workloads must restart first, then offers to restart them and the way back', async () => {
  const sample = await openWindow('configuration', configMap)
  await type('Value of LOG_LEVEL', 'debug')
  await press(screen, 'Save…')
  const form = await dialog('Save agency-swarm-config')
  expect(await form.findByText(/agency-swarm-mcp read it when they start/, undefined, patience)).toBeTruthy()
  expect(inputs(sample, 'configuration.change')).toEqual([])
  await press(form, 'Save agency-swarm-config')
  await screen.findByText('agency-swarm-config is saved', undefined, patience)
  expect(inputs(sample, 'configuration.change')).toMatchObject([
    { resourceVersion: '1041', edit: { of: 'keys', set: { LOG_LEVEL: 'debug' }, remove: [] } },
  ])

  const toast = screen.getByText('agency-swarm-config is saved').closest('.k-toast') as HTMLElement
  fireEvent.click(within(toast).getByRole('button', { name: 'Restart the readers…' }))
  const readers = await dialog('Restart the readers of agency-swarm-config')
  expect(await readers.findByText(/4 pods of agency-swarm-backend restart/, undefined, patience)).toBeTruthy()
  await press(readers, 'Restart the readers')
  await waitFor(() => expect(inputs(sample, 'configuration.restartReaders')).toHaveLength(1), patience)
  fireEvent.click(within(toast).getByRole('button', { name: /^Undo/ }))
  await press(await dialog('Put back the version of agency-swarm-config before?'), 'Put it back')
  await waitFor(() => expect(inputs(sample, 'configuration.undo')).toHaveLength(1), patience)
})

test('a value with CRLF keeps every byte but the typed line, and the dialog shows what is written', async () => {
  const sample = await openWindow('configuration', configMap)
  await type('Value of nginx.conf', 'worker_processes 2;\nevents {}\nhttp {}\n')
  expect(screen.getByText('Lines end with CRLF. They are kept.')).toBeTruthy()
  await press(screen, 'Save…')
  const form = await dialog('Save agency-swarm-config')
  const written = await form.findByRole('region', { name: 'What is written to nginx.conf' }, patience)
  expect([...written.querySelectorAll('.k-diff-added')].map((line) => line.textContent)).toEqual(['3+http {}␍'])
  expect(written.querySelectorAll('.k-diff-removed')).toHaveLength(0)
  await press(form, 'Save agency-swarm-config')
  await waitFor(() => expect(inputs(sample, 'configuration.change')).toHaveLength(1), patience)
  expect(inputs(sample, 'configuration.change')).toMatchObject([
    { edit: { set: { 'nginx.conf': 'worker_processes 2;\r\nevents {}\r\nhttp {}\r\n' }, remove: [] } },
  ])
})

test('several lines pasted into a value of one line stay several lines', async () => {
  const sample = await openWindow('configuration', configMap)
  const field = await screen.findByLabelText<HTMLTextAreaElement>('Value of LOG_LEVEL', undefined, patience)
  const certificate = '-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----\r\n'
  fireEvent.paste(field, { clipboardData: { getData: () => certificate } })
  fireEvent.change(field, { target: { value: certificate.replaceAll('\r\n', '\n') } })
  await press(screen, 'Save…')
  await press(await dialog('Save agency-swarm-config'), 'Save agency-swarm-config')
  await waitFor(() => expect(inputs(sample, 'configuration.change')).toHaveLength(1), patience)
  expect(inputs(sample, 'configuration.change')).toMatchObject([{ edit: { set: { LOG_LEVEL: certificate } } }])
})

test('what was typed outlives the drawer and the page, is marked, and goes only when it is discarded', async () => {
  await openWindow('configuration', configMap)
  await type('Value of LOG_LEVEL', 'debug')
  fireEvent.click(screen.getByRole('button', { name: 'Close details' }))
  expect(await screen.findByText('Not saved', undefined, patience)).toBeTruthy()
  act(() => {
    navigate({ page: 'fleet' })
  })
  act(() => {
    navigate({ page: 'configuration', parameters: configMap })
  })
  const field = await screen.findByLabelText<HTMLInputElement>('Value of LOG_LEVEL', undefined, patience)
  expect(field.value).toBe('debug')
  fireEvent.click(screen.getByRole('button', { name: 'Discard…' }))
  await press(await dialog('Discard what you typed for agency-swarm-config?'), 'Discard')
  await waitFor(
    () => expect(screen.getByLabelText<HTMLInputElement>('Value of LOG_LEVEL').value).toBe('info'),
    patience,
  )
  expect(screen.queryByText('Not saved')).toBeNull()
})

test('when somebody else was faster the draft is kept, the other change is told, and mine is put on top on request', async () => {
  const sample = await openWindow('configuration', configMap, { operations: { isContested: true } })
  await type('Value of LOG_LEVEL', 'debug')
  await press(screen, 'Save…')
  await press(await dialog('Save agency-swarm-config'), 'Save agency-swarm-config')
  expect(await screen.findByText(/has changed since you began/, undefined, patience)).toBeTruthy()
  expect(screen.getByText(/kubectl-edit changed it/)).toBeTruthy()
  expect(screen.getByLabelText<HTMLInputElement>('Value of LOG_LEVEL').value).toBe('debug')
  expect(screen.getByRole('button', { name: 'Save…' }).getAttribute('aria-disabled')).toBe('true')
  fireEvent.click(screen.getByRole('button', { name: 'Keep mine on top' }))
  await press(screen, 'Save…')
  await press(await dialog('Save agency-swarm-config'), 'Save agency-swarm-config')
  await screen.findByText('agency-swarm-config is saved', undefined, patience)
  expect(inputs(sample, 'configuration.change').at(-1)).toMatchObject({
    resourceVersion: '1042',
    edit: { set: { LOG_LEVEL: 'debug' }, remove: [] },
  })
})

test('YAML that cannot be read is kept, said with its line, and cannot be saved', async () => {
  await openWindow('configuration', { ...configMap, view: 'yaml' })
  await typeCode('YAML of agency-swarm-config', 'LOG_LEVEL: info\nLOG_LEVEL: debug\n')
  expect(screen.getByText(/^Line 2:/)).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Save…' }).getAttribute('aria-disabled')).toBe('true')
})

test('a value of a Secret is in the page only from asking until 30 s later', async () => {
  const sample = await openWindow('configuration', secret)
  const reveal = await screen.findAllByRole('button', { name: 'Reveal' }, patience)
  expect(page()).not.toContain('sample-only')
  const timers = vi.spyOn(globalThis, 'setTimeout')
  fireEvent.click(reveal[0] as HTMLElement)
  await waitFor(() => expect(page()).toContain(password), patience)
  expect(inputs(sample, 'configuration.reveal')).toMatchObject([
    { name: 'agency-swarm-secrets', key: 'database-password' },
  ])
  const atTheEnd = timers.mock.calls.findLast(([, milliseconds]) => milliseconds === revealMilliseconds)?.[0]
  expect(atTheEnd).toBeTypeOf('function')
  act(() => (atTheEnd as () => void)())
  expect(page()).not.toContain(password)
})

test.each([
  ['another row is opened', () => setParameters('configuration', configMap)],
  ['the page is left', () => navigate({ page: 'fleet' })],
  ['the window loses the focus', () => void window.dispatchEvent(new Event('blur'))],
])('a revealed value is gone when %s', async (_when, leave) => {
  await openWindow('configuration', secret)
  fireEvent.click((await screen.findAllByRole('button', { name: 'Reveal' }, patience))[0] as HTMLElement)
  await waitFor(() => expect(page()).toContain(password), patience)
  act(() => {
    leave()
  })
  await waitFor(() => expect(page()).not.toContain(password), patience)
})

test('one key of a Secret is replaced without seeing it or the others', async () => {
  const sample = await openWindow('configuration', secret)
  fireEvent.click((await screen.findAllByRole('button', { name: 'Replace' }, patience))[1] as HTMLElement)
  expect(screen.getByText('Type the new value of jwt-signing-key.')).toBeTruthy()
  await type('New value of jwt-signing-key', 'typed-by-hand')
  await press(screen, 'Save…')
  await press(await dialog('Save agency-swarm-secrets'), 'Save agency-swarm-secrets')
  await screen.findByText('agency-swarm-secrets is saved', undefined, patience)
  expect(inputs(sample, 'configuration.change')).toMatchObject([
    { edit: { of: 'keys', set: { 'jwt-signing-key': 'typed-by-hand' }, remove: [] } },
  ])
  expect(page()).not.toContain('sample-only')
})

test('the form of an autoscaler and its YAML are one draft', async () => {
  const sample = await openWindow('configuration', {
    tab: 'limits',
    object: 'HorizontalPodAutoscaler/agency-swarm-backend',
  })
  await type('At most', '8')
  fireEvent.click(screen.getByRole('tab', { name: 'YAML' }))
  const yaml = await codeIn('YAML of agency-swarm-backend')
  expect(yaml).toContain('maxReplicas: 8')
  await typeCode('YAML of agency-swarm-backend', yaml.replace('maxReplicas: 8', 'maxReplicas: 1'))
  fireEvent.click(screen.getByRole('tab', { name: 'Summary' }))
  expect(screen.getByLabelText<HTMLInputElement>('At most').value).toBe('1')
  expect(screen.getAllByText('The least number of pods is above the greatest.').length).toBeGreaterThan(0)
  await type('At most', '9')
  await press(screen, 'Save…')
  await press(await dialog('Save agency-swarm-backend'), 'Save agency-swarm-backend')
  await waitFor(() => expect(inputs(sample, 'configuration.change')).toHaveLength(1), patience)
  expect(JSON.stringify(inputs(sample, 'configuration.change'))).toContain('maxReplicas: 9')
})

test('a token is shown once, after saying that it cannot be taken back', async () => {
  const sample = await openWindow('configuration', { tab: 'access' })
  fireEvent.click((await screen.findAllByRole('button', { name: 'Create a token…' }, patience))[1] as HTMLElement)
  const form = await dialog('Create a token for agency-swarm-backend')
  expect(form.getByText(/cannot be taken back/)).toBeTruthy()
  fireEvent.click(form.getByRole('radio', { name: '8 hours' }))
  fireEvent.click(form.getByRole('button', { name: 'Create a token' }))
  const shown = await dialog('Token for agency-swarm-backend')
  expect(shown.getByText('sample-only.token.AbCdEf')).toBeTruthy()
  expect(inputs(sample, 'accounts.createToken')).toMatchObject([{ name: 'agency-swarm-backend', seconds: 28_800 }])
  fireEvent.click(shown.getByRole('button', { name: 'Close and forget it' }))
  await waitFor(() => expect(page()).not.toContain('AbCdEf'), patience)
  fireEvent.click(screen.getAllByRole('button', { name: 'Create a token…' })[1] as HTMLElement)
  await dialog('Create a token for agency-swarm-backend')
  expect(page()).not.toContain('AbCdEf')
})

test('certificates that have ended stand first, and say what follows', async () => {
  await openWindow('configuration', { tab: 'certificates' })
  const grid = await screen.findByRole('grid', { name: 'Certificates' }, patience)
  await waitFor(() => expect(within(grid).getAllByRole('rowheader')).toHaveLength(4), patience)
  expect(within(grid).getAllByRole('rowheader')[0]?.textContent).toContain('postgresql-tls')
  expect(within(grid).getByText('Clients that check it refuse the connection.')).toBeTruthy()
  expect(within(grid).getByText('in 12 days')).toBeTruthy()
})

test('a migration says what cannot be taken back, runs as a task with its steps, and blocks a second one', async () => {
  const sample = await openWindow('configuration', { tab: 'migrations' }, { taskMilliseconds: 60_000 })
  fireEvent.click(await screen.findByRole('button', { name: 'Migrate…' }, patience))
  const form = await dialog(/^Run 2 migrations/)
  expect(form.getByText(/0047_drop_old_status cannot be taken back/)).toBeTruthy()
  fireEvent.change(form.getByLabelText('Reason, kept in the audit log'), { target: { value: 'release 2.5' } })
  fireEvent.click(form.getByRole('button', { name: 'Migrate the database' }))
  const steps = await screen.findByRole('list', { name: 'Steps of Migrate the database' }, patience)
  expect(within(steps).getByText('Back up the database')).toBeTruthy()
  expect(inputs(sample, 'migrations.run')).toMatchObject([{ confirmation: { reason: 'release 2.5' } }])
  expect(screen.getByRole('button', { name: 'Migrate…' }).getAttribute('aria-disabled')).toBe('true')
})

test('the newest migration is taken back only after saying what is lost', async () => {
  const sample = await openWindow('configuration', { tab: 'migrations' })
  fireEvent.click(await screen.findByRole('button', { name: 'Undo the newest…' }, patience))
  const form = await dialog(/^Undo 0045_knowledge_content_hash/)
  expect(form.getByText(/drops the column content_hash/)).toBeTruthy()
  expect(inputs(sample, 'migrations.undo')).toEqual([])
  fireEvent.click(form.getByRole('button', { name: 'Undo the migration' }))
  await waitFor(() => expect(inputs(sample, 'migrations.undo')).toHaveLength(1), patience)
  await screen.findByText('0045_knowledge_content_hash is taken back', undefined, patience)
})

test('without the right to read, the page says who refused what', async () => {
  await openWindow('configuration', { tab: 'keys' }, { operations: { isForbidden: true } })
  const alert = await screen.findByRole('alert', undefined, patience)
  expect(alert.textContent).toContain('may not list configmaps')
})
