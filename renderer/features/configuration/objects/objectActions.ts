import { create } from 'zustand'
import { confirm, reportError, toast } from '../../../app/index.ts'
import { engine } from '../../../client/index.ts'
import { formatMoment } from '../../../kit/index.ts'
import type { ObjectName } from './drafts.ts'
import { noteSave } from '../useFresh.ts'

/** Whose readers are about to be restarted. It belongs to the window: the offer is made after saving, on any page. */
export const useReaders = create<{ open: { object: ObjectName; usedBy: readonly string[] } | null }>(() => ({
  open: null,
}))

export function openReaders(object: ObjectName, usedBy: readonly string[]): void {
  useReaders.setState({ open: { object, usedBy } })
}

/** Workloads among the readers: an Ingress reads a Secret, but there is nothing in it to restart. */
export function restartable(
  usedBy: readonly string[],
): { kind: 'Deployment' | 'StatefulSet' | 'DaemonSet'; name: string }[] {
  return usedBy.flatMap((reader) => {
    const match = /^(Deployment|StatefulSet|DaemonSet) (\S+)$/.exec(reader)
    return match ? [{ kind: match[1] as 'Deployment' | 'StatefulSet' | 'DaemonSet', name: match[2] ?? '' }] : []
  })
}

/** Tells that an object was saved or put back, with the way back and the next step. */
export function tellSaved(object: ObjectName, title: string, usedBy: readonly string[]): void {
  const readers = restartable(usedBy)
  toast({
    status: 'healthy',
    context: object.scope.context,
    title,
    ...(readers.length > 0
      ? {
          detail: 'What reads it takes it over when it restarts.',
          action: { title: 'Restart the readers…', perform: () => openReaders(object, usedBy) },
        }
      : {}),
    undo: () => undoObject(object, usedBy),
  })
  noteSave()
}

/** Asks, then puts back the previous version. */
export async function undoObject(object: ObjectName, usedBy: readonly string[], previousAt?: number): Promise<void> {
  const { scope, kind, name } = object
  const confirmation = await confirm({
    level: 2,
    title: `Put back the version of ${name} before?`,
    message: `The version that was replaced${previousAt === undefined ? '' : ` ${formatMoment(previousAt)}`} becomes live again. What is live now is kept in its place, so that this can be undone too.`,
    changes: [
      { title: 'Restarts', detail: 'nothing by itself' },
      { title: 'Used by', detail: usedBy.join(', ') || 'nothing' },
    ],
    confirmLabel: 'Put it back',
    cluster: scope.context,
  })
  if (!confirmation) return
  try {
    await engine().configuration.undo({ ...scope, kind, name, confirmation })
    tellSaved(object, `The version of ${name} before is live again`, usedBy)
  } catch (thrown) {
    reportError(thrown, `The version of ${name} before was not put back`, object.scope.context)
  }
}
