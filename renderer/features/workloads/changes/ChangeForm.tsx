import type { FormProps } from './formProps.ts'
import type { WorkloadChange } from '#shared/contract/rollouts.ts'
import { EnvironmentForm } from './EnvironmentForm.tsx'
import { ImageForm } from './ImageForm.tsx'
import { ResourcesForm } from './ResourcesForm.tsx'
import { RevisionForm } from './RevisionForm.tsx'
import { ScaleForm } from './ScaleForm.tsx'

/** Whether a change has something to fill in. */
export function hasForm(change: WorkloadChange): boolean {
  return ['setImage', 'scale', 'undo', 'setEnvironment', 'setResources'].includes(change.do)
}

interface ChangeFormProps extends Omit<FormProps<WorkloadChange['do']>, 'change'> {
  change: WorkloadChange
  /** The variable that is focused first. */
  variable: string | undefined
}

export function ChangeForm({ change, variable, ...props }: ChangeFormProps) {
  switch (change.do) {
    case 'setImage':
      return <ImageForm change={change} {...props} />
    case 'scale':
      return <ScaleForm change={change} {...props} />
    case 'undo':
      return <RevisionForm change={change} {...props} />
    case 'setEnvironment':
      return <EnvironmentForm change={change} variable={variable} {...props} />
    case 'setResources':
      return <ResourcesForm change={change} {...props} />
    default:
      return null
  }
}
