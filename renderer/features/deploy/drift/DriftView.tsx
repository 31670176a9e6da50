import { Check, Undo2 } from 'lucide-react'
import { useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { DriftedObject } from '#shared/contract/drift.ts'
import type { UnreadKind } from '#shared/contract/unknown.ts'
import { setParameters } from '../../../app/index.ts'
import {
  Banner,
  Button,
  Checkbox,
  EmptyState,
  ErrorState,
  formatTime,
  LoadingState,
  Panel,
  plural,
} from '../../../kit/index.ts'
import { adoptDrift, revertDrift } from './driftActs.ts'
import { DriftObject } from './DriftObject.tsx'
import { checkDrift, type DriftState } from './driftStore.ts'
import './drift.css'

export interface DriftViewProps {
  scope: Scope
  drift: DriftState
  /** Why nothing can be reverted or adopted now. */
  blocked: string | undefined
}

/** Where the cluster is not as its release says, by whom and since when; back to the release, or into it. */
export function DriftView({ scope, drift, blocked }: DriftViewProps) {
  const { report, error } = drift
  if (!report) {
    return (
      <div className="deploy-body">
        {error ? (
          <ErrorState
            fault={error}
            title="The cluster could not be compared with its release"
            onRetry={() => void checkDrift(scope)}
          />
        ) : (
          <LoadingState rows={6} label="Comparing the cluster with its release" />
        )}
      </div>
    )
  }
  if (report.release === null) {
    return (
      <EmptyState
        isLarge
        title={`No release is recorded in ${scope.namespace}`}
        actions={<Button onClick={() => setParameters('deploy', { view: 'plan' })}>Plan a deployment</Button>}
      >
        There is nothing to compare the cluster with. A deployment from this console records what it applies.
      </EmptyState>
    )
  }
  return (
    <div className="deploy-body">
      {error ? (
        <Banner tone="warn" title={`The check failed. What you see is from ${formatTime(report.checkedAt)}.`}>
          {error.message}
        </Banner>
      ) : null}
      {report.unread.length > 0 ? <Unread kinds={report.unread} /> : null}
      {report.objects.length === 0 ? (
        <EmptyState
          isLarge
          {...(report.unread.length === 0
            ? { icon: Check, title: 'The cluster is as the release says' }
            : { title: 'No drift in what could be read' })}
        >
          {plural(report.compared, 'object')} compared at {formatTime(report.checkedAt)}. Replicas that an autoscaler
          sets are no drift.
        </EmptyState>
      ) : (
        <DriftList
          key={report.release}
          scope={scope}
          objects={report.objects}
          compared={report.compared}
          blocked={blocked}
          isStale={error !== undefined}
        />
      )}
    </div>
  )
}

/** What was not looked through: without it nothing is said about these kinds. */
function Unread({ kinds }: { kinds: readonly UnreadKind[] }) {
  const because = (each: UnreadKind) => (each.state === 'forbidden' ? 'you may not list them' : each.fault.message)
  return (
    <Banner tone="warn" status="unknown" title="Some kinds could not be checked for drift.">
      {kinds.map((each) => `${each.kind}: ${because(each)}`).join('; ')}
    </Banner>
  )
}

function DriftList({
  scope,
  objects,
  compared,
  blocked,
  isStale,
}: {
  scope: Scope
  objects: readonly DriftedObject[]
  compared: number
  blocked: string | undefined
  isStale: boolean
}) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [busy, setBusy] = useState<'revert' | 'adopt' | null>(null)
  // What is no drift any more is no longer chosen.
  const selected = objects.filter((object) => chosen.has(object.id))
  const reason = blocked ?? (selected.length === 0 ? 'Select the objects first.' : undefined)
  const act = async (which: 'revert' | 'adopt') => {
    setBusy(which)
    if (await (which === 'revert' ? revertDrift : adoptDrift)(scope, selected)) setChosen(new Set())
    setBusy(null)
  }
  const toggle = (id: string, isChosen: boolean) => {
    const next = new Set(chosen)
    if (isChosen) next.add(id)
    else next.delete(id)
    setChosen(next)
  }
  const isAll = selected.length === objects.length
  return (
    <Panel
      label="Drift"
      isFlush
      isScrolling
      isStale={isStale}
      footer="Revert applies the recorded release again, over what others have set. Adopt takes what is live into the release."
      title={
        <Checkbox
          label={selected.length === 0 ? 'Select all' : `${selected.length} of ${objects.length} selected`}
          checked={isAll}
          mixed={selected.length > 0 && !isAll}
          onChange={() => setChosen(new Set(isAll ? [] : objects.map((object) => object.id)))}
        />
      }
      aside={
        <>
          <span>{plural(compared, 'object')} compared</span>
          <Button size="small" icon={Check} busy={busy === 'adopt'} reason={reason} onClick={() => act('adopt')}>
            Adopt…
          </Button>
          <Button size="small" icon={Undo2} busy={busy === 'revert'} reason={reason} onClick={() => act('revert')}>
            Revert…
          </Button>
        </>
      }
    >
      <ul className="drift" aria-label="Objects that drifted">
        {objects.map((object) => (
          <DriftObject
            key={object.id}
            object={object}
            isChosen={chosen.has(object.id)}
            onChoose={(isChosen) => toggle(object.id, isChosen)}
          />
        ))}
      </ul>
    </Panel>
  )
}
