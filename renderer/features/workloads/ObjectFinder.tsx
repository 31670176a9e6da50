import { Box, Boxes } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { Scope } from '#shared/contract/base.ts'
import {
  findObjects,
  navigate,
  useActions,
  useBlocked,
  useScope,
  type FinderProps,
  type Found,
} from '../../app/index.ts'
import { useStream } from '../../client/index.ts'
import { podActions } from './pods/usePodActions.ts'
import { PodFeed } from './pods/PodFeed.tsx'
import { PodStore } from './pods/podStore.ts'
import { workloadActions } from './useWorkloadActions.ts'

const ignore = () => undefined

/** Finds pods and workloads of the current namespace, and what can be done with them, while the palette is open. */
export function ObjectFinder({ query }: FinderProps) {
  const scope = useScope()
  return scope === null || query === '' ? null : <Finder scope={scope} query={query} />
}

function Finder({ scope, query }: { scope: Scope; query: string }) {
  const { context, namespace } = scope
  const [pods] = useState(() => new PodStore())
  const { rows } = useStore(pods.store)
  const workloads = useStream(
    (client, signal) => client.workloads.watch({ context, namespace }, { signal }),
    [context, namespace],
  )
  const blocked = useBlocked('operator')
  const found = useMemo(() => {
    const here = { context, namespace }
    const ofPods = rows.map((row): Found => ({
      name: row.name,
      what: `Pod ${row.status}`,
      icon: Box,
      open: () => navigate({ page: 'workloads', parameters: { kind: 'Pod', pod: row.name } }),
      actions: () => podActions(here, row, blocked),
    }))
    const ofWorkloads = (workloads.value?.rows ?? []).map((row): Found => ({
      name: row.name,
      what: row.kind,
      icon: Boxes,
      open: () => navigate({ page: 'workloads', parameters: { kind: row.kind, workload: row.name } }),
      actions: () => workloadActions(here, row, blocked),
    }))
    return [...findObjects('workloads', ofWorkloads, query), ...findObjects('pods', ofPods, query)]
  }, [rows, workloads.value, context, namespace, blocked, query])
  useActions('found.workloads', found)
  return <PodFeed pods={pods} scope={scope} onTrouble={ignore} />
}
