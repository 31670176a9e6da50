import { useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { WorkloadRow } from '#shared/contract/workloads.ts'
import { toast, useCluster } from '../../app/index.ts'
import { useCommand } from '../../client/index.ts'
import { Banner, Button, Dialog, Field, plural } from '../../kit/index.ts'

/** The contract's limit. */
const mostReplicas = 1_000

/** @returns what is wrong with a typed number of replicas; undefined when nothing is */
export function replicasProblem(typed: string): string | undefined {
  if (!/^\d+$/.test(typed)) return 'Type a whole number.'
  return Number(typed) > mostReplicas ? `At most ${mostReplicas}.` : undefined
}

export function ScaleDialog({ scope, row, onClose }: { scope: Scope; row: WorkloadRow; onClose: () => void }) {
  const [typed, setTyped] = useState(String(row.desired))
  const environment = useCluster(scope.cluster)?.environment
  const { kind } = row
  const scale = useCommand(async (client, replicas: number) => {
    if (kind !== 'Deployment' && kind !== 'StatefulSet') return
    await client.workloads.scale({ ...scope, kind, name: row.name, replicas })
  })
  const problem = replicasProblem(typed)
  const replicas = Number(typed)
  const submit = async () => {
    if (problem || !(await scale.run(replicas))) return
    const before = row.desired
    toast({
      status: 'progress',
      title: `${row.name} is scaling to ${replicas}`,
      detail: `It had ${before}.`,
      undo: async () => {
        await scale.run(before)
      },
    })
    onClose()
  }
  return (
    <Dialog
      title={`Scale ${row.name}`}
      isProduction={environment === 'production'}
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button
            kind="primary"
            busy={scale.isBusy}
            reason={problem ?? (replicas === row.desired ? 'It has this many already.' : undefined)}
            onClick={() => void submit()}
          >
            {problem ? 'Scale' : `Scale to ${plural(replicas, 'pod')}`}
          </Button>
        </>
      }
    >
      <div className="workloads-scale">
        <Field
          label={`Replicas, ${row.desired} now`}
          type="number"
          value={typed}
          onChange={setTyped}
          autoFocus
          error={problem}
          onEnter={() => void submit()}
        />
        {replicas === 0 && !problem ? (
          <Banner tone="warn" title="No pod will be left.">
            {row.service || row.name} stops answering until it is scaled up again. Volumes stay.
          </Banner>
        ) : null}
        {scale.error ? <Banner tone="crit" title={scale.error.message} /> : null}
      </div>
    </Dialog>
  )
}
