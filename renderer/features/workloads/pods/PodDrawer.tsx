import { Copy, RefreshCw, ScrollText, Terminal, Trash2 } from 'lucide-react'
import { useEffect } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { PodRow } from '#shared/contract/pods.ts'
import { Drawer, setParameters, useBlocked, useParameters } from '../../../app/index.ts'
import { useCall } from '../../../client/index.ts'
import {
  Banner,
  Button,
  CodeView,
  ErrorState,
  IconButton,
  LoadingState,
  StatusGlyph,
  Tabs,
} from '../../../kit/index.ts'
import { EventLines } from '../EventLines.tsx'
import { copyNames, deletePods, openLogs, openShell } from './podActions.ts'
import type { PodFigures } from './podMetrics.ts'
import { PodSummary } from './PodSummary.tsx'

export interface PodDrawerProps {
  scope: Scope
  row: PodRow
  figures: PodFigures
  onClose: () => void
}

/** Details of the active pod: they are asked for again whenever its row changes. */
export function PodDrawer({ scope, row, figures, onClose }: PodDrawerProps) {
  const tab = useParameters('workloads').podTab
  const { value, error, reload } = useCall(
    (client, signal) => client.pods.detail({ ...scope, name: row.name }, { signal }),
    [scope.context, scope.namespace, row.uid],
  )
  const change = `${row.status} ${row.ready} ${row.restarts} ${row.reason}`
  useEffect(reload, [reload, change])
  const events = value?.events ?? []
  return (
    <Drawer
      label={`Details of ${row.name}`}
      title={
        <>
          <StatusGlyph status={row.health} size={14} />
          <span className="mono">{row.name}</span>
        </>
      }
      tools={<IconButton icon={Copy} label="Copy the name" size="small" onClick={() => copyNames([row])} />}
      tabs={
        <Tabs
          label="Details"
          value={tab}
          tabs={[
            { id: 'summary', title: 'Summary' },
            { id: 'events', title: 'Events', badge: events.length },
            { id: 'yaml', title: 'YAML' },
          ]}
          onChange={(next) => setParameters('workloads', { podTab: next })}
        />
      }
      onClose={onClose}
    >
      <PodButtons scope={scope} row={row} />
      {row.reason && tab === 'summary' ? (
        <div className="pod-reason">
          <Banner
            tone={row.health === 'failed' ? 'crit' : row.health === 'warning' ? 'warn' : 'info'}
            title={row.reason}
          />
        </div>
      ) : null}
      {error && !value ? <ErrorState fault={error} onRetry={reload} /> : null}
      {!value && !error ? <LoadingState rows={6} label="Loading details" /> : null}
      {value && tab === 'summary' ? <PodSummary scope={scope} row={row} detail={value} figures={figures} /> : null}
      {value && tab === 'events' ? <EventLines events={events} /> : null}
      {value && tab === 'yaml' ? <CodeView text={value.yaml} label={`YAML of ${row.name}`} /> : null}
    </Drawer>
  )
}

function PodButtons({ scope, row }: { scope: Scope; row: PodRow }) {
  const blocked = useBlocked('operator')
  const isRunning = row.status === 'Running' || row.ready > 0
  const noShell = blocked ?? (isRunning ? undefined : 'A shell needs a running container. This pod has none now.')
  return (
    <div className="pod-buttons">
      <Button size="small" icon={ScrollText} keys="L" onClick={() => openLogs([row])}>
        Logs
      </Button>
      {row.restarts > 0 ? (
        <Button size="small" icon={RefreshCw} onClick={() => openLogs([row], true)}>
          Previous logs
        </Button>
      ) : null}
      <span data-testid="terminal-shell-open">
        <Button size="small" icon={Terminal} keys="S" reason={noShell} onClick={() => openShell(scope, row)}>
          Shell
        </Button>
      </span>
      <Button size="small" icon={Trash2} kind="danger" reason={blocked} onClick={() => deletePods(scope, [row])}>
        Delete…
      </Button>
    </div>
  )
}
