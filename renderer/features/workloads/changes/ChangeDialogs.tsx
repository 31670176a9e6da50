import { RestartDialog } from './RestartDialog.tsx'
import { SuiteImagesDialog } from './SuiteImagesDialog.tsx'
import { WorkloadChangeDialog } from './WorkloadChangeDialog.tsx'
import { useChanges } from './changeStore.ts'
import './changes.css'

/** The dialog of the change that is being asked about. */
export function ChangeDialogs() {
  const open = useChanges((state) => state.open)
  if (!open) return null
  const key = JSON.stringify(open)
  switch (open.of) {
    case 'one':
      return <WorkloadChangeDialog key={key} request={open} />
    case 'restart':
      return <RestartDialog key={key} scope={open.scope} workloads={open.workloads} />
    case 'images':
      return <SuiteImagesDialog key={key} scope={open.scope} />
  }
}
