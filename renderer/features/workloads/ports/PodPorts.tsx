import type { Scope } from '#shared/contract/base.ts'
import type { PodRow } from '#shared/contract/pods.ts'
import { reportError, useBlocked } from '../../../app/index.ts'
import { useCommand } from '../../../client/index.ts'
import { Button, ErrorState, StaleChip } from '../../../kit/index.ts'
import type { PodDetail } from '../pods/podDetail.ts'
import { ForwardLine } from './ForwardLine.tsx'
import { useForwards } from './useForwards.ts'

interface PodPortsProps {
  scope: Scope
  row: PodRow
  containers: PodDetail['containers']
}

/** The ports that the pod's containers declare, each with its forwards. Nothing where none is declared. */
export function PodPorts({ scope, row, containers }: PodPortsProps) {
  const { value, error, staleSince, retry } = useForwards(scope)
  const ports = containers.flatMap(({ name, kind, ports: own }) =>
    kind === 'container' || kind === 'sidecar' ? [...new Set(own)].map((port) => ({ container: name, port })) : [],
  )
  if (ports.length === 0) return null
  const ofPod = value?.filter(({ namespace, pod }) => namespace === scope.namespace && pod === row.name)
  return (
    <>
      <div className="pod-title">
        Ports
        {staleSince === undefined ? null : <StaleChip since={staleSince} />}
      </div>
      {ports.map(({ container, port }) => (
        <div key={`${container} ${port}`} className="pod-container">
          <PodPort scope={scope} row={row} container={container} port={port} />
          {ofPod
            ?.filter((forward) => forward.port === port)
            .map((forward) => (
              <ForwardLine key={forward.id} forward={forward} title={`${row.name}:${port}`} />
            ))}
        </div>
      ))}
      {error && !value ? <ErrorState fault={error} title="Open forwards could not be read" onRetry={retry} /> : null}
    </>
  )
}

function PodPort({
  scope,
  row,
  container,
  port,
}: Omit<PodPortsProps, 'containers'> & { container: string; port: number }) {
  const blocked = useBlocked('operator')
  const isRunning = row.status === 'Running' || row.ready > 0
  const open = useCommand(
    (client) => client.forwards.open({ ...scope, pod: row.name, port }),
    (fault) => reportError(fault, `Port ${port} of ${row.name} is not forwarded`, scope.context),
  )
  return (
    <div>
      <span>
        <span className="mono">{port}</span> <span className="note">{container}</span>
      </span>
      <Button
        size="small"
        busy={open.isBusy}
        reason={blocked ?? (isRunning ? undefined : 'A forward needs a running container. This pod has none now.')}
        onClick={() => void open.run()}
      >
        Forward {port}
      </Button>
    </div>
  )
}
