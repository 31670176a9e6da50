import { FileSearch } from 'lucide-react'
import type { Scope } from '#shared/contract/base.ts'
import type { DeployStatus } from '#shared/contract/deploy.ts'
import { useBlocked } from '../../app/index.ts'
import { Button, Facts, Panel, RelativeTime, Status } from '../../kit/index.ts'
import { changeDraft, useDraft } from './deployStore.ts'

export interface DeployChooserProps {
  scope: Scope
  status: DeployStatus
  isPlanning: boolean
  /** Something else is the next step: an unfinished deployment. */
  isSecondary: boolean
  onPlan: (profile: string, version: string) => void
}

/** Profile and version, and what is installed now. Planning changes nothing, so nothing is asked. */
export function DeployChooser({ scope, status, isPlanning, isSecondary, onPlan }: DeployChooserProps) {
  const draft = useDraft(scope)
  const blocked = useBlocked('read_only')
  const profile = draft.profile || status.installed?.profile || status.profiles[0]?.id || ''
  const version = draft.version || status.versions[0] || ''
  const { installed } = status
  return (
    <div className="deploy-chooser">
      <Panel title={installed ? 'Change the installed suite' : 'Install the suite'}>
        <fieldset className="deploy-choice">
          <legend>Profile</legend>
          {status.profiles.map((each) => (
            <label key={each.id} className="deploy-option">
              <input
                type="radio"
                name="profile"
                checked={each.id === profile}
                onChange={() => changeDraft(scope, { profile: each.id })}
              />
              <span>
                {each.title}
                {installed?.profile === each.id ? <span className="note"> installed</span> : null}
              </span>
            </label>
          ))}
        </fieldset>
        <fieldset className="deploy-choice">
          <legend>Version</legend>
          <div className="deploy-versions">
            {status.versions.map((each) => (
              <label key={each} className="deploy-option">
                <input
                  type="radio"
                  name="version"
                  checked={each === version}
                  onChange={() => changeDraft(scope, { version: each })}
                />
                <span className="mono">{each}</span>
                {installed?.version === each ? <span className="note">installed</span> : null}
              </label>
            ))}
          </div>
        </fieldset>
        <div className="deploy-go">
          <span data-testid="deploy-plan">
            <Button
              kind={isSecondary ? 'default' : 'primary'}
              icon={FileSearch}
              busy={isPlanning}
              reason={blocked ?? (profile && version ? undefined : 'No profile or version is available.')}
              onClick={() => onPlan(profile, version)}
            >
              Plan
            </Button>
          </span>
          <span className="note">
            The API server tries every object without changing anything. You see the differences before anything is
            deployed.
          </span>
        </div>
      </Panel>
      <Panel title="Installed now">
        {installed ? (
          <Facts
            rows={[
              { name: 'Version', value: <Status status="healthy">{installed.version}</Status> },
              {
                name: 'Profile',
                value: status.profiles.find((each) => each.id === installed.profile)?.title ?? installed.profile,
              },
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
    </div>
  )
}
