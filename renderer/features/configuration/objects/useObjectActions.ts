import { RefreshCw, Save, Undo2 } from 'lucide-react'
import { useEffect, useMemo, useRef } from 'react'
import type { ConfigurationRow } from '#shared/contract/configuration.ts'
import { useActions, useBlocked, type Action } from '../../../app/index.ts'
import type { ObjectName } from './drafts.ts'
import { openReaders, restartable, undoObject } from './objectActions.ts'
import { previousOf, usersOf, whyNoPrevious, whyNoUsers } from './rowFacts.ts'

/**
 * Save, restart the readers and the previous version, in the palette and by keys.
 * @param save undefined where there is nothing that could be saved
 */
export function useObjectActions(
  { scope, kind, name }: ObjectName,
  row: ConfigurationRow,
  save: (() => void) | undefined,
) {
  const blocked = useBlocked('operator')
  const { context: cluster, namespace } = scope
  const latest = useRef(save)
  useEffect(() => {
    latest.current = save
  })
  const canSave = save !== undefined
  const actions = useMemo<Action[]>(() => {
    const usedBy = usersOf(row)
    const previousAt = previousOf(row)
    const object: ObjectName = { scope: { context: cluster, namespace }, kind, name }
    const shared = { section: `${kind} ${name}`, effect: 'destructive' } as const
    return [
      {
        ...shared,
        id: 'object.save',
        title: 'Save what was typed…',
        icon: Save,
        keys: 'Ctrl+S',
        reason: blocked ?? (canSave ? undefined : 'Nothing is typed that could be saved.'),
        perform: () => latest.current?.(),
      },
      {
        ...shared,
        id: 'object.readers',
        title: 'Restart the readers…',
        icon: RefreshCw,
        reason: blocked ?? whyNoUsers(row) ?? (restartable(usedBy).length === 0 ? 'No workload reads it.' : undefined),
        perform: () => openReaders(object, usedBy),
      },
      {
        ...shared,
        id: 'object.undo',
        title: 'Put back the previous version…',
        icon: Undo2,
        reason: blocked ?? whyNoPrevious(row) ?? (previousAt === undefined ? 'No version before is kept.' : undefined),
        perform: () => undoObject(object, usedBy, previousAt),
      },
    ]
  }, [cluster, namespace, kind, name, row, blocked, canSave])
  useActions('object', actions)
}
