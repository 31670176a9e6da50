import type { Scope } from '#shared/contract/base.ts'
import type { PodRow } from '#shared/contract/pods.ts'
import { reportError, useBlocked } from '../../../app/index.ts'
import { useCommand } from '../../../client/index.ts'
import { Button, ErrorState, StaleChip } from '../../../kit/index.ts'
import type { ContainerPort, PodDetail } from '../pods/podDetail.ts'
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
    kind === 'container' || kind === 'sidecar'
      ? distinct(own).map((declared) => ({ container: name, ...declared }))
      : [],
  )
  if (ports.length === 0) return null
  const ofPod = value?.filter(({ namespace, pod }) => namespace === scope.namespace && pod === row.name)
  return (
    <>
      <div className="pod-title">
        Ports
        {staleSince === undefined ? null : <StaleChip since={staleSince} />}
      </div>
      {ports.map(({ container, port, protocol }) => (
        <div key={`${container} ${port} ${protocol}`} className="pod-container">
          <PodPort scope={scope} row={row} container={container} port={port} protocol={protocol} />
          {ofPod
            ?.filter((forward) => protocol === 'TCP' && forward.port === port)
            .map((forward) => (
              <ForwardLine key={forward.id} forward={forward} title={`${row.name}:${port}`} />
            ))}
        </div>
      ))}
      {error && !value ? <ErrorState fault={error} title="Open forwards could not be read" onRetry={retry} /> : null}
    </>
  )
}

type PodPortProps = Omit<PodPortsProps, 'containers'> & ContainerPort & { container: string }

function PodPort({ scope, row, container, port, protocol }: PodPortProps) {
  const blocked = useBlocked('operator')
  const open = useCommand(
    (client) => client.forwards.open({ ...scope, pod: row.name, port }),
    (fault) => reportError(fault, `Port ${port} of ${row.name} is not forwarded`, scope.context),
  )
  return (
    <div>
      <span>
        <span className="mono">{port}</span>{' '}
        <span className="note">{protocol === 'TCP' ? container : `${protocol}, ${container}`}</span>
      </span>
      <Button size="small" busy={open.isBusy} reason={blocked ?? obstacle(row, protocol)} onClick={() => open.run()}>
        Forward {port}
      </Button>
    </div>
  )
}

/** Why this port cannot be forwarded whatever one's role; undefined where it can. */
function obstacle(row: PodRow, protocol: ContainerPort['protocol']): string | undefined {
  if (protocol !== 'TCP') return `Kubernetes forwards TCP ports only. This one is ${protocol}.`
  if (row.status === 'Running' || row.ready > 0) return undefined
  return 'A forward needs a running container. This pod has none now.'
}

/** The API server accepts a container that declares a port twice, under two names. */
function distinct(ports: readonly ContainerPort[]): ContainerPort[] {
  return [...new Map(ports.map((each) => [`${each.port} ${each.protocol}`, each])).values()]
}
