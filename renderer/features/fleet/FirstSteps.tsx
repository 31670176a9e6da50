import { Play } from 'lucide-react'
import { Button } from '../../kit/index.ts'
import type { FleetRow } from './fleetRows.ts'
import { startSandbox } from './useRowActions.ts'

const steps = [
  ['Start the sandbox', 'a small cluster on this computer; nothing else is touched'],
  ['Deploy the suite', 'database, cache and four services, about a minute'],
  ['Back up, break something, restore', 'the same steps as in production'],
] as const

/** The very first start: one thing to do, and what comes after it. */
export function FirstSteps({ rows }: { rows: readonly FleetRow[] }) {
  const sandbox = rows.find(({ environment }) => environment === 'sandbox')?.best
  const isStarting = sandbox?.health === 'starting'
  return (
    <section className="fleet-first" aria-label="First steps">
      <div>
        <h2>No cluster is running yet</h2>
        <p>
          {isStarting && sandbox.summary !== ''
            ? sandbox.summary
            : 'The sandbox is built in and needs nothing but this computer. Your own clusters appear here as soon as a kubeconfig names them.'}
        </p>
        <Button kind="primary" size="large" icon={Play} busy={isStarting} onClick={startSandbox}>
          Start the sandbox
        </Button>
      </div>
      <ol>
        {steps.map(([title, detail], index) => (
          <li key={title}>
            <i>{index + 1}</i>
            <div>
              <div className="strong">{title}</div>
              <div className="dim">{detail}</div>
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}
