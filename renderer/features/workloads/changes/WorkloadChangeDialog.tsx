import { useState } from 'react'
import type { WorkloadDetail } from '#shared/contract/rollouts.ts'
import { ChangeDialog, ClusterMark, useCluster } from '../../../app/index.ts'
import { useCall } from '../../../client/index.ts'
import { Dialog, ErrorState, LoadingState } from '../../../kit/index.ts'
import { ChangeForm, hasForm } from './ChangeForm.tsx'
import { draftProblem, firstDraft } from './changeDraft.ts'
import { closeChange, type ChangeRequest } from './changeStore.ts'
import { changeWords } from './changeWords.ts'
import { followChange } from './followChange.ts'

type OneChange = Extract<ChangeRequest, { of: 'one' }>

/** One change of one workload: its form, its blast radius, and the click that makes it. */
export function WorkloadChangeDialog({ request }: { request: OneChange }) {
  const { scope, workload } = request
  const { value, error, reload } = useCall(
    (client, signal) => client.rollouts.detail({ ...scope, ...workload }, { signal }),
    [scope.context, scope.namespace, workload.kind, workload.name],
  )
  const cluster = useCluster(scope.context)
  if (value) return <LoadedDialog request={request} detail={value} />
  return (
    <Dialog
      title={workload.name}
      size="medium"
      aside={cluster ? <ClusterMark cluster={cluster} /> : undefined}
      isProduction={cluster?.environment === 'production'}
      onClose={closeChange}
    >
      {error ? <ErrorState fault={error} onRetry={reload} /> : <LoadingState rows={5} label="Reading the workload" />}
    </Dialog>
  )
}

function LoadedDialog({ request, detail }: { request: OneChange; detail: WorkloadDetail }) {
  const { scope, workload } = request
  const [change, setChange] = useState(() => request.preset ?? firstDraft(request.do, detail))
  const words = changeWords(change, workload.name)
  const target = { ...scope, ...workload, change }
  return (
    <ChangeDialog
      title={words.title}
      note={detail.rollout}
      cluster={scope.context}
      question={JSON.stringify(change)}
      incomplete={draftProblem(change, detail)}
      ask={(client, signal) => client.rollouts.impact(target, { signal })}
      confirmLabel={words.confirmLabel}
      isDanger={change.do === 'unstick'}
      perform={async (client, confirmation) => {
        const { taskId } = await client.rollouts.change({ ...target, confirmation })
        void followChange({ scope, workload, change, before: detail, taskId })
      }}
      onClose={closeChange}
    >
      {hasForm(change)
        ? (submit) => (
            <ChangeForm
              change={change}
              detail={detail}
              variable={request.variable}
              onChange={setChange}
              onEnter={submit}
            />
          )
        : undefined}
    </ChangeDialog>
  )
}
