import { act, cleanup, render, waitFor } from '@testing-library/react'
import { Shell } from '../app/Shell.tsx'
import { useClusters } from '../app/state/clusters.ts'
import { useConfirmRequest } from '../app/state/confirm.ts'
import { useDock } from '../app/state/dock.ts'
import { useLayout } from '../app/state/layout.ts'
import { navigate, useLocation } from '../app/state/location.ts'
import type { Destination, GivenParameters, PageId } from '../app/routes.ts'
import { useTasks } from '../app/state/tasks.ts'
import { useToasts } from '../app/state/toasts.ts'
import { startSampleEngine, type SampleEngine, type Scene } from './sampleEngine.ts'

/** Two busy cores and lazily loaded pages. */
export const patience = { timeout: 30_000 }

/** Everything the window keeps, as at its start. */
function forget(): void {
  localStorage.clear()
  useClusters.setState(useClusters.getInitialState(), true)
  useConfirmRequest.setState(useConfirmRequest.getInitialState(), true)
  useDock.setState(useDock.getInitialState(), true)
  useLayout.setState(useLayout.getInitialState(), true)
  useLocation.setState(useLocation.getInitialState(), true)
  useTasks.setState(useTasks.getInitialState(), true)
  useToasts.setState(useToasts.getInitialState(), true)
}

let sample: SampleEngine | undefined

/** The whole window on a page of a sample cluster. @param isWaiting for the clusters to be known @returns what the page asks the engine for */
export async function openWindow<Page extends PageId>(
  page: Page,
  parameters?: GivenParameters<Page>,
  scene: Scene = {},
  isWaiting = true,
): Promise<SampleEngine> {
  forget()
  sample = startSampleEngine(scene)
  navigate({ ...({ page, parameters } as Destination), cluster: 'context:staging-eu' })
  render(<Shell />)
  if (!isWaiting) return sample
  await waitFor(() => {
    if (!useClusters.getState().isKnown) throw new Error('The clusters are not known yet.')
  }, patience)
  return sample
}

/** Closes it; for `afterEach`. */
export function closeWindow(): void {
  act(() => cleanup())
  sample?.stop()
}
