import { ChevronRight, RefreshCw } from 'lucide-react'
import { Fragment } from 'react'
import type { ContextRow, ProbeStage } from '#shared/contract/clusters.ts'
import { useCommand } from '../../client/index.ts'
import { Button, formatDuration, RelativeTime, Status, type StatusKind } from '../../kit/index.ts'

const stageTitles: Record<ProbeStage['id'], string> = {
  kubeconfig: 'Kubeconfig',
  dns: 'DNS',
  tcp: 'TCP',
  tls: 'TLS',
  signIn: 'Sign-in',
  version: 'Version',
}
const stageStatus: Record<ProbeStage['state'], StatusKind> = { passed: 'healthy', failed: 'failed', notTried: 'off' }

interface DiagnosisProps {
  cluster: ContextRow
  /** Whether the context is named: its cluster has others. */
  isNamed: boolean
}

/** Why a cluster cannot be reached by a context: how far the connection came, and what to do. */
export function Diagnosis({ cluster, isNamed }: DiagnosisProps) {
  const retry = useCommand((client) => client.clusters.check({ context: cluster.id }))
  const message = cluster.fault?.message ?? cluster.summary
  const end = message.search(/[.!?](\s|$)/)
  return (
    <div className="fleet-diagnosis">
      <div className="fleet-diagnosis-text selectable">
        <div>
          {isNamed ? `${cluster.name}: ` : null}
          <b>{end < 0 ? message : message.slice(0, end + 1)}</b> {end < 0 ? '' : message.slice(end + 1)}
        </div>
        <ol aria-label={`Steps of the connection to ${cluster.name}`}>
          {cluster.probe.map((stage, index) => (
            <Fragment key={stage.id}>
              {index === 0 ? null : <ChevronRight size={12} aria-hidden />}
              <li>
                <Status status={stageStatus[stage.state]} emphasis={false}>
                  {stageTitles[stage.id]} <span className="dim">{stageDetail(stage)}</span>
                </Status>
              </li>
            </Fragment>
          ))}
        </ol>
      </div>
      {cluster.checkedAt === undefined ? null : (
        <span className="dim">
          tried <RelativeTime time={cluster.checkedAt} />
        </span>
      )}
      <Button icon={RefreshCw} busy={retry.isBusy} onClick={() => retry.run()}>
        Retry now
      </Button>
    </div>
  )
}

function stageDetail(stage: ProbeStage): string {
  if (stage.state === 'notTried') return 'not tried'
  const took = stage.tookMs === undefined ? '' : formatDuration(stage.tookMs)
  // Why it failed is said in full above.
  return [stage.state === 'failed' ? '' : stage.detail, took].filter((part) => part !== '').join(', ')
}
