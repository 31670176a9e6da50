import {
  Ellipsis,
  Image,
  ListRestart,
  Pause,
  Play,
  RefreshCw,
  Scaling,
  ScrollText,
  SlidersHorizontal,
  Undo2,
  Variable,
} from 'lucide-react'
import { useEffect } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { WorkloadDetail } from '#shared/contract/rollouts.ts'
import type { WorkloadRow } from '#shared/contract/workloads.ts'
import { Drawer, navigate, setParameters, useBlocked, useParameters } from '../../app/index.ts'
import { useCall } from '../../client/index.ts'
import { Banner, Button, ErrorState, LoadingState, Menu, StatusGlyph, Tabs, type MenuItem } from '../../kit/index.ts'
import { openChange, type ChangeKind, type Workload } from './changes/changeStore.ts'
import { EnvironmentTab } from './EnvironmentTab.tsx'
import { RevisionTable } from './RevisionTable.tsx'
import { WorkloadSummary } from './WorkloadSummary.tsx'

export interface WorkloadDrawerProps {
  scope: Scope
  row: WorkloadRow
  workload: Workload
  onClose: () => void
}

/** How often the line of the rollout is asked for while the details are open. */
const interval = 5_000

/** Details of the active controller: asked for again whenever its row changes, and every few seconds. */
export function WorkloadDrawer({ scope, row, workload, onClose }: WorkloadDrawerProps) {
  const tab = useParameters('workloads').workloadTab
  const { value, error, reload } = useCall(
    (client, signal) => client.rollouts.detail({ ...scope, ...workload }, { signal }),
    [scope.context, scope.namespace, row.uid],
  )
  const change = `${row.ready} ${row.desired} ${row.updated} ${row.reason} ${row.revision}`
  useEffect(reload, [reload, change])
  useEffect(() => {
    const timer = setInterval(reload, interval)
    return () => clearInterval(timer)
  }, [reload])
  return (
    <Drawer
      label={`Details of ${row.name}`}
      title={
        <>
          <StatusGlyph status={row.health} size={14} />
          <span className="mono">{row.name}</span>
        </>
      }
      tabs={
        <Tabs
          label="Details"
          value={tab}
          tabs={[
            { id: 'summary', title: 'Summary' },
            { id: 'revisions', title: 'Revisions', badge: value?.revisions.length },
            { id: 'environment', title: 'Environment' },
          ]}
          onChange={(next) => setParameters('workloads', { workloadTab: next })}
        />
      }
      onClose={onClose}
    >
      <WorkloadButtons scope={scope} row={row} workload={workload} detail={value} />
      {value && error ? (
        <div className="pod-reason">
          <Banner tone="warn" title="These details could not be renewed.">
            {error.message}
          </Banner>
        </div>
      ) : null}
      {error && !value ? <ErrorState fault={error} onRetry={reload} /> : null}
      {!value && !error ? <LoadingState rows={6} label="Loading details" /> : null}
      {value ? <Stuck scope={scope} workload={workload} detail={value} /> : null}
      {value && tab === 'summary' ? <WorkloadSummary row={row} detail={value} /> : null}
      {value && tab === 'revisions' ? <RevisionTable scope={scope} workload={workload} detail={value} /> : null}
      {value && tab === 'environment' ? <EnvironmentTab scope={scope} workload={workload} detail={value} /> : null}
    </Drawer>
  )
}

/** The StatefulSet trap: kubectl would wait forever. */
function Stuck({ scope, workload, detail }: { scope: Scope; workload: Workload; detail: WorkloadDetail }) {
  const blocked = useBlocked('operator')
  if (detail.stuck.length === 0) return null
  return (
    <div className="pod-reason">
      <Banner
        tone="crit"
        title="The rollout waits for pods that will not become ready."
        aside={
          <Button
            size="small"
            reason={blocked}
            onClick={() => openChange({ of: 'one', scope, workload, do: 'unstick' })}
          >
            Unstick…
          </Button>
        }
      >
        {detail.stuck.map((each) => (
          <div key={each.pod}>
            <span className="mono">{each.pod}</span>: {each.reason}
          </div>
        ))}
      </Banner>
    </div>
  )
}

interface WorkloadButtonsProps {
  scope: Scope
  row: WorkloadRow
  workload: Workload
  detail: WorkloadDetail | undefined
}

function WorkloadButtons({ scope, row, workload, detail }: WorkloadButtonsProps) {
  const blocked = useBlocked('operator')
  const ask = (kind: ChangeKind) => () => openChange({ of: 'one', scope, workload, do: kind })
  const noUndo = (detail?.revisions.length ?? 0) < 2 ? 'There is no earlier revision.' : undefined
  const more: MenuItem[] = [
    {
      id: 'logs',
      title: 'Logs',
      icon: ScrollText,
      keys: 'L',
      reason: row.service ? undefined : 'No service is known for it.',
      perform: () => navigate({ page: 'logs', parameters: { services: [row.service] } }),
    },
    { id: 'undo', title: 'Undo…', icon: Undo2, reason: blocked ?? noUndo, perform: ask('undo'), separated: true },
    { id: 'environment', title: 'Environment…', icon: Variable, reason: blocked, perform: ask('setEnvironment') },
    { id: 'resources', title: 'Resources…', icon: SlidersHorizontal, reason: blocked, perform: ask('setResources') },
    ...(workload.kind === 'Deployment'
      ? [
          detail?.isPaused
            ? { id: 'resume', title: 'Resume rollouts…', icon: Play, reason: blocked, perform: ask('resume') }
            : { id: 'pause', title: 'Pause rollouts…', icon: Pause, reason: blocked, perform: ask('pause') },
        ]
      : []),
    ...(detail && detail.stuck.length > 0
      ? [{ id: 'unstick', title: 'Unstick…', icon: ListRestart, reason: blocked, perform: ask('unstick') }]
      : []),
  ]
  return (
    <div className="pod-buttons">
      <Button size="small" icon={Image} reason={blocked} onClick={ask('setImage')}>
        Set image…
      </Button>
      <Button size="small" icon={RefreshCw} reason={blocked} onClick={ask('restart')}>
        Restart…
      </Button>
      {workload.kind === 'DaemonSet' ? null : (
        <Button size="small" icon={Scaling} reason={blocked} onClick={ask('scale')}>
          Scale…
        </Button>
      )}
      <Menu
        label="More actions"
        trigger={
          <button type="button" className="k-icon-button k-icon-button-small k-icon-button-outlined">
            <Ellipsis size={14} strokeWidth={1.6} aria-hidden />
          </button>
        }
        items={more}
      />
    </div>
  )
}
