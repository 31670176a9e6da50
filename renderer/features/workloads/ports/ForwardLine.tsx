import { Copy } from 'lucide-react'
import type { Forward } from '#shared/contract/forwards.ts'
import { reportError, toast } from '../../../app/index.ts'
import { useCommand } from '../../../client/index.ts'
import { Button, IconButton, Status, type StatusKind } from '../../../kit/index.ts'
import { addressOf } from './useForwards.ts'

/** Open is not green: the port listens, and only a program that uses it shows whether the pod answers. */
const states: Record<Forward['state'], { status: StatusKind; word: string }> = {
  open: { status: 'info', word: 'Open' },
  reconnecting: { status: 'progress', word: 'Reconnecting' },
  failed: { status: 'failed', word: 'Failed' },
}

/** One open forward: its address, its live state with the reason, Copy and Stop. */
export function ForwardLine({ forward, title }: { forward: Forward; title: string }) {
  const stop = useCommand(
    (client) => client.forwards.close({ id: forward.id }),
    (fault) => reportError(fault, `${title} is still forwarded`, forward.cluster),
  )
  const { status, word } = states[forward.state]
  const address = addressOf(forward)
  return (
    <div className="workloads-forward" role="group" aria-label={`Forward of ${title}`}>
      <div>
        <span className="mono">{title}</span>
        <Status status={status}>{word}</Status>
      </div>
      <div>
        <span className="mono selectable">{address}</span>
        <span className="workloads-forward-tools">
          <IconButton icon={Copy} label={`Copy ${address}`} size="small" onClick={() => copy(address)} />
          <Button size="small" busy={stop.isBusy} onClick={() => stop.run()}>
            Stop
          </Button>
        </span>
      </div>
      {forward.detail ? <p className="note selectable">{forward.detail}</p> : null}
    </div>
  )
}

function copy(address: string): void {
  void navigator.clipboard.writeText(address).then(
    () => toast({ status: 'healthy', title: 'Address copied', detail: address }),
    (thrown: unknown) => reportError(thrown, 'The address could not be copied'),
  )
}
