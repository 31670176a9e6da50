import { useState, type ReactNode } from 'react'
import type { Fault } from '#shared/contract/base.ts'
import { navigate } from '../../../app/index.ts'
import { Banner, Button, CodeBlock, Panel } from '../../../kit/index.ts'
import { failureOf } from '../deployView.ts'

/** Why a deployment stopped: the pod's own words first, the raw facts on request. */
export function FailurePanel({ fault, stage, children }: { fault: Fault; stage: string; children?: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  const failure = failureOf(fault)
  return (
    <Panel
      title={stage ? `Stopped at ${stage}` : 'Stopped'}
      aside={
        <>
          {failure?.pod ? (
            <>
              <Button size="small" onClick={() => navigate({ page: 'workloads', parameters: { pod: failure.pod } })}>
                Open pod
              </Button>
              <Button size="small" onClick={() => navigate({ page: 'logs', parameters: { pods: [failure.pod] } })}>
                Its logs
              </Button>
            </>
          ) : null}
          <Button size="small" kind="quiet" onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Hide details' : 'Details'}
          </Button>
        </>
      }
    >
      <div className="deploy-failure" data-testid="deploy-failure">
        <Banner tone="crit" title={failure?.reason || fault.message}>
          {failure?.reason ? fault.message.replace(failure.reason, '').trim() : null}
        </Banner>
        {failure && failure.lines.length > 0 ? (
          <>
            <p className="note">Last lines of {failure.pod || 'the pod'}</p>
            <CodeBlock text={failure.lines.join('\n')} />
          </>
        ) : null}
        {children}
        {isOpen ? <CodeBlock text={`${fault.code}\n${JSON.stringify(fault.details, null, 2)}`} /> : null}
      </div>
    </Panel>
  )
}
