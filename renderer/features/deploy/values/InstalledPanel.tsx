import { Trash2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { DeployStatus } from '#shared/contract/deploy.ts'
import { useBlocked, useTasks } from '../../../app/index.ts'
import { Button, Facts, Panel, RelativeTime, Status } from '../../../kit/index.ts'
import { latestUninstall } from '../deployView.ts'
import { UninstallDialog } from '../uninstall/UninstallDialog.tsx'

/** What is installed now, or what the way to it is. @param profile its title */
export function InstalledPanel({
  scope,
  installed,
  profile,
}: {
  scope: Scope
  installed: DeployStatus['installed']
  profile: string
}) {
  return (
    <Panel title="Installed now">
      {installed ? (
        <>
          <Facts
            rows={[
              { name: 'Version', value: <Status status="healthy">{installed.version}</Status> },
              { name: 'Profile', value: profile },
              { name: 'Deployed', value: <RelativeTime time={installed.at} /> },
              { name: 'By', value: installed.by },
            ]}
          />
          <UninstallButton scope={scope} />
        </>
      ) : (
        <>
          <Status status="waiting">Not installed in {scope.namespace}</Status>
          <ol className="deploy-path">
            <li>
              <b>Plan</b>
              <span className="note">a server-side dry run, with every difference</span>
            </li>
            <li>
              <b>Deploy</b>
              <span className="note">stage by stage, each waits until its pods are ready</span>
            </li>
            <li>
              <b>Resume or undo</b>
              <span className="note">if a stage fails, with the pod's reason and last lines</span>
            </li>
          </ol>
        </>
      )}
    </Panel>
  )
}

/** Opens the list of what an uninstall deletes and leaves. */
function UninstallButton({ scope }: { scope: Scope }) {
  const blocked = useBlocked('administrator', scope.context)
  const tasks = useTasks((state) => state.tasks)
  const running = useMemo(() => latestUninstall(tasks.values(), scope)?.state === 'running', [tasks, scope])
  const [isOpen, setOpen] = useState(false)
  return (
    <div className="deploy-go">
      <Button
        kind="danger"
        icon={Trash2}
        busy={running}
        reason={blocked ?? (running ? 'The suite is being uninstalled. Tasks shows how far it is.' : undefined)}
        onClick={() => setOpen(true)}
      >
        Uninstall…
      </Button>
      {isOpen ? <UninstallDialog scope={scope} onClose={() => setOpen(false)} /> : null}
    </div>
  )
}
