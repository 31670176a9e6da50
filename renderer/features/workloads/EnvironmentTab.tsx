import { Pencil } from 'lucide-react'
import type { Scope } from '#shared/contract/base.ts'
import type { WorkloadDetail } from '#shared/contract/rollouts.ts'
import { useBlocked } from '../../app/index.ts'
import { Button, IconButton } from '../../kit/index.ts'
import { openChange, type Workload } from './changes/changeStore.ts'

interface EnvironmentTabProps {
  scope: Scope
  workload: Workload
  detail: WorkloadDetail
}

/** Variables of every container, with their value or where it comes from. */
export function EnvironmentTab({ scope, workload, detail }: EnvironmentTabProps) {
  const blocked = useBlocked('operator')
  const edit = (container: string, variable?: string) =>
    openChange({
      of: 'one',
      scope,
      workload,
      do: 'setEnvironment',
      preset: { do: 'setEnvironment', container, set: [], remove: [] },
      ...(variable === undefined ? {} : { variable }),
    })
  return detail.containers.map((container) => (
    <section key={container.name} aria-label={`Environment of ${container.name}`}>
      <div className="pod-title workload-environment-head">
        {container.name}
        <Button size="small" icon={Pencil} reason={blocked} onClick={() => edit(container.name)}>
          Edit…
        </Button>
      </div>
      {container.environment.length === 0 ? <p className="quiet-text">No variables of its own.</p> : null}
      {container.environment.map((each) => (
        <div key={each.name} className="workload-variable">
          <div className="selectable">
            <div className="mono">{each.name}</div>
            {each.from === '' ? (
              <div className="mono quiet-text">{each.value === '' ? '(empty)' : each.value}</div>
            ) : (
              <div className="note">{each.from}</div>
            )}
          </div>
          {each.from === '' ? (
            <IconButton
              icon={Pencil}
              size="small"
              label={`Edit ${each.name}…`}
              reason={blocked}
              onClick={() => edit(container.name, each.name)}
            />
          ) : null}
        </div>
      ))}
    </section>
  ))
}
