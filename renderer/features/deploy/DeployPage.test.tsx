import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { closeWindow, openWindow, patience } from '../../testing/openWindow.tsx'
import { sampleDeploy } from '../../testing/sampleDeploy.ts'
import type { DeployScene } from '../../testing/sampleDeployAnswers.ts'
import type { SampleEngine, Scene } from '../../testing/sampleEngine.ts'
import { discardPlan, changeDraft } from './deployStore.ts'
import { forgetDrift } from './drift/driftStore.ts'

let sample: SampleEngine | undefined
const scope = { context: 'context:staging-eu', namespace: 'agency-swarm' }

afterEach(() => {
  closeWindow()
  discardPlan(scope)
  changeDraft(scope, { values: null, version: '', profile: '' })
  forgetDrift()
})

async function open(deploy: DeployScene = {}, view: 'plan' | 'releases' | 'drift' = 'plan', scene: Scene = {}) {
  sample = await openWindow('deploy', { view }, { deploy, ...scene })
}

const button = (name: string | RegExp) => screen.findByRole('button', { name }, patience)
const asked = (name: string) => sample?.calls.filter((call) => call.name === name).map((call) => call.input) ?? []
const press = async (name: string | RegExp) => fireEvent.click(await button(name))
const isBlocked = (element: HTMLElement) => element.getAttribute('aria-disabled') === 'true'
/** In the question in front, not on the page behind it. */
const answer = async (name: string | RegExp) =>
  fireEvent.click(within(await screen.findByRole('dialog', {}, patience)).getByRole('button', { name }))

describe('a plan with conflicts', () => {
  it('is deployed with the decisions, the chosen deletions and the backup, after a question that says so', async () => {
    await open()
    await press('Plan')
    await screen.findByText('Planned, nothing changed', {}, patience)
    expect(isBlocked(await button('Deploy…'))).toBe(true)
    fireEvent.click(screen.getByRole('radio', { name: /^Keep DEBUG/ }))
    expect(isBlocked(await button('Deploy…'))).toBe(true)
    await press('Next to decide')
    fireEvent.click(screen.getByRole('radio', { name: /^Take 6/ }))
    fireEvent.click(screen.getByText('Delete ConfigMap realtime-config'))
    expect(screen.getByRole('checkbox', { name: /Back up the database first/ }).getAttribute('aria-checked')).toBe(
      'true',
    )
    await press('Deploy…')
    const dialog = await screen.findByRole('dialog', {}, patience)
    expect(dialog.textContent).toContain('1 object that the release no longer has is deleted.')
    expect(dialog.textContent).toContain('9 pods')
    expect(dialog.textContent).toContain('1 field left as set, 1 field taken over')
    await answer('Deploy 2.4.0')
    await waitFor(() => expect(asked('deploy.apply')).toHaveLength(1), patience)
    expect(asked('deploy.apply')[0]).toMatchObject({
      planId: 'plan-1',
      decisions: [
        { id: 'apps/v1 Deployment agency-swarm-backend', choice: 'keep' },
        { id: 'HorizontalPodAutoscaler agency-swarm-hpa', field: 'spec.maxReplicas', choice: 'take' },
      ],
      prune: ['ConfigMap realtime-config'],
      safetyBackup: true,
    })
    expect(await screen.findByText('Running, stage 5 of 6', {}, patience)).toBeTruthy()
    expect(screen.getByRole('region', { name: 'If you step in now' }).textContent).toContain('Monitoring is not run')
  })
})

describe('values with faults', () => {
  it('cannot be planned; each fault is listed with its line and path and leads there', async () => {
    const faults = [{ path: 'replicas.backend', line: 2, message: 'This must be a whole number.' }]
    await open({ faultsOf: (text) => (text.includes('two') ? faults : []) })
    const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Values as YAML' }, patience)
    expect(field.value).toBe(sampleDeploy().installed?.values)
    fireEvent.change(field, { target: { value: 'replicas:\n  backend: two\n' } })
    const listed = await screen.findByRole('list', { name: 'Faults in the values' }, patience)
    expect(listed.textContent).toContain('Line 2')
    expect(listed.textContent).toContain('replicas.backend')
    const plan = await button('Plan')
    expect(isBlocked(plan)).toBe(true)
    fireEvent.click(plan)
    fireEvent.click(within(listed).getByRole('button'))
    await waitFor(() => expect(field.selectionStart).toBe('replicas:\n'.length), patience)
    fireEvent.change(field, { target: { value: 'replicas:\n  backend: 2\n' } })
    await waitFor(() => expect(isBlocked(plan)).toBe(false), patience)
    fireEvent.click(plan)
    await waitFor(() => expect(asked('deploy.plan')).toHaveLength(1), patience)
    expect(asked('deploy.plan')[0]).toMatchObject({ values: 'replicas:\n  backend: 2\n', profile: 'production' })
  })

  it('can be read from a file, and take a known value at its place', async () => {
    await open()
    const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Values as YAML' }, patience)
    const file = new File(['hosts:\n  frontend: b.example\n'], 'mine.yaml')
    fireEvent.change(screen.getByLabelText('Values file'), { target: { files: [file] } })
    await waitFor(() => expect(field.value).toContain('b.example'), patience)
    const known = await screen.findByRole('button', { name: /retention\.backups/ }, patience)
    fireEvent.click(known)
    await waitFor(() => expect(field.value).toContain('retention:\n  backups: 30\n'), patience)
  })
})

describe('releases', () => {
  it('are compared with the one that was live before, and rolled back to by a plan that says what it is', async () => {
    await open({}, 'releases')
    const grid = await screen.findByRole('grid', { name: 'Releases' }, patience)
    await waitFor(() => expect(asked('releases.difference')[0]).toMatchObject({ from: 'r3', to: 'r5' }), patience)
    const row = await within(grid).findByRole('row', { name: /2\.2\.4/ }, patience)
    expect(row.textContent).toContain('0043 dropped a column')
    fireEvent.click(within(row).getByRole('button', { name: 'Roll back…' }))
    expect(await screen.findByText('Roll back to 2.2.4', {}, patience)).toBeTruthy()
    expect(asked('deploy.planRollback')).toEqual([{ ...scope, releaseId: 'r2' }])
    expect(screen.getByRole('alert').textContent).toContain('The database does not go back with this.')
    await press('Keep all')
    await press('Roll back…')
    const dialog = await screen.findByRole('dialog', {}, patience)
    expect(dialog.textContent).toContain('Restore the backup of 28 Oct.')
    expect(within(dialog).getByRole('button', { name: 'Roll back to 2.2.4' })).toBeTruthy()
  })

  it('give the reason where there is no going back', async () => {
    await open({}, 'releases')
    const grid = await screen.findByRole('grid', { name: 'Releases' }, patience)
    const undone = await within(grid).findByRole('row', { name: /Undone/ }, patience)
    expect(isBlocked(within(undone).getByRole('button', { name: 'Roll back…' }))).toBe(true)
    const live = within(grid).getByRole('row', { name: /Live now/ })
    expect(within(live).queryByRole('button', { name: 'Roll back…' })).toBeNull()
  })
})

describe('drift', () => {
  it('is counted on the tab, and reverted for the chosen objects only', async () => {
    await open({}, 'drift')
    const list = await screen.findByRole('list', { name: 'Objects that drifted' }, patience)
    expect(screen.getByRole('tab', { name: /Drift\s*3/ })).toBeTruthy()
    expect(list.textContent).toContain('kubectl-edit')
    expect(isBlocked(await button('Revert…'))).toBe(true)
    fireEvent.click(within(list).getByRole('checkbox', { name: 'ConfigMap agency-swarm-config' }))
    fireEvent.click(within(list).getByRole('checkbox', { name: 'Service agency-swarm-debug' }))
    await press('Revert…')
    const dialog = await screen.findByRole('dialog', {}, patience)
    expect(dialog.textContent).toContain('Made againConfigMap agency-swarm-config')
    expect(dialog.textContent).toContain('1 object in no release is deleted.')
    await answer('Revert 2 objects')
    await waitFor(() => expect(within(list).getAllByRole('checkbox')).toHaveLength(1), patience)
    expect(asked('drift.revert')).toMatchObject([
      { ids: ['v1 ConfigMap agency-swarm-config', 'v1 Service agency-swarm-debug'] },
    ])
  })

  it('is adopted, and then the cluster is as the release says', async () => {
    await open({}, 'drift')
    await screen.findByRole('list', { name: 'Objects that drifted' }, patience)
    fireEvent.click(screen.getByText('Select all'))
    await press('Adopt…')
    await answer('Adopt 3 objects')
    expect(await screen.findByText('The cluster is as the release says', {}, patience)).toBeTruthy()
    expect(asked('drift.adopt')).toHaveLength(1)
  })

  it('has nothing to compare with before the first release', async () => {
    await open({}, 'drift', { isEmpty: true })
    expect(await screen.findByText('No release is recorded in agency-swarm', {}, patience)).toBeTruthy()
  })
})

describe('a deployment of another console', () => {
  it('is told with who and where, and offers nothing while it works', async () => {
    const unfinished = {
      id: 'r6',
      version: '2.4.0',
      stage: 'Services',
      fault: null,
      at: Date.now(),
      by: 'jlindqvist',
      isElsewhere: true,
    }
    await open({ status: { ...sampleDeploy(), unfinished } })
    expect(await screen.findByText(/jlindqvist is deploying 2\.4\.0/, {}, patience)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Resume…' })).toBeNull()
    await press('Plan')
    await press('Keep all')
    expect(isBlocked(await button('Deploy…'))).toBe(true)
  })

  it('is not taken for stopped where the lease may not be read: what is unknown is said, and nothing offered', async () => {
    const { unfinished } = sampleDeploy()
    const stopped = { id: 'r6', version: '2.4.0', stage: 'Services', fault: null, at: Date.now(), by: 'jlindqvist' }
    await open({ status: { ...sampleDeploy(), unfinished: { ...unfinished, ...stopped, isElsewhere: null } } })
    expect(await screen.findByText(/Whether another console is deploying here is unknown/, {}, patience)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Resume…' })).toBeNull()
    expect(screen.queryByText(/stopped at Services/)).toBeNull()
  })
})
