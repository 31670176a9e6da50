import type { Scope } from '#shared/contract/base.ts'
import type { DeployStatus } from '#shared/contract/deploy.ts'
import { Facts, Panel, RelativeTime, Status } from '../../../kit/index.ts'

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
        <Facts
          rows={[
            { name: 'Version', value: <Status status="healthy">{installed.version}</Status> },
            { name: 'Profile', value: profile },
            { name: 'Deployed', value: <RelativeTime time={installed.at} /> },
            { name: 'By', value: installed.by },
          ]}
        />
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
