import type { ConfigurationEdit } from '#shared/contract/configuration.ts'
import { ChangeDialog } from '../../../app/index.ts'
import { asFault } from '../../../client/index.ts'
import { Differences, type Difference } from './Differences.tsx'
import { keepDraft, type ObjectName } from './drafts.ts'
import { tellSaved } from './objectActions.ts'
import { noteSave } from '../useFresh.ts'

interface SaveDialogProps {
  object: ObjectName
  edit: ConfigurationEdit
  /** The resourceVersion that the draft was begun on. */
  base: string
  usedBy: readonly string[]
  /** What is written, text by text; none for a Secret, whose values the window does not have. */
  differences: readonly Difference[]
  onClose: () => void
}

/** What saving would do, and the click that does it. */
export function SaveDialog({ object, edit, base, usedBy, differences, onClose }: SaveDialogProps) {
  const { scope, kind, name } = object
  const target = { ...scope, kind, name, edit }
  return (
    <ChangeDialog
      title={`Save ${name}`}
      note="The current version is kept in the cluster for Undo."
      cluster={scope.context}
      question={JSON.stringify(edit)}
      content={<Differences differences={differences} />}
      ask={(client, signal) => client.configuration.impact(target, { signal })}
      confirmLabel={`Save ${name}`}
      perform={async (client, confirmation) => {
        try {
          await client.configuration.change({ ...target, resourceVersion: base, confirmation })
        } catch (thrown) {
          if (asFault(thrown).code !== 'CONFLICT') throw thrown
          // The draft stays; what is read again shows the other change and what to do.
          noteSave()
          return
        }
        keepDraft(object, null)
        tellSaved(object, `${name} is saved`, usedBy)
      }}
      onClose={onClose}
    />
  )
}
