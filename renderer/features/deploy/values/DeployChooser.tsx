import { FileSearch } from 'lucide-react'
import { useState } from 'react'
import type { Fault, Scope } from '#shared/contract/base.ts'
import type { DeployStatus } from '#shared/contract/deploy.ts'
import { useBlocked, useCluster } from '../../../app/index.ts'
import { Button, ErrorState, Field, Panel } from '../../../kit/index.ts'
import { changeDraft, useDraft } from '../deployStore.ts'
import { InstalledPanel } from './InstalledPanel.tsx'
import { useValuesCheck } from './useValuesCheck.ts'
import { ValuesPanel } from './ValuesPanel.tsx'
import { notReady, versionProblem, wantedOf, type Wanted } from './wanted.ts'

export interface DeployChooserProps {
  scope: Scope
  status: DeployStatus
  isPlanning: boolean
  /** Why the last plan could not be made. */
  fault: Fault | undefined
  /** Something else is the next step: an unfinished deployment. */
  isSecondary: boolean
  onPlan: (wanted: Wanted) => void
}

/** Profile, version and values, and what is installed now. Planning changes nothing, so nothing is asked. */
export function DeployChooser({ scope, status, isPlanning, fault, isSecondary, onPlan }: DeployChooserProps) {
  const draft = useDraft(scope)
  const blocked = useBlocked('read_only')
  const isSandbox = useCluster(scope.context)?.environment === 'sandbox'
  const wanted = wantedOf(draft, status, isSandbox)
  const { profile, version, values } = wanted
  const check = useValuesCheck(profile, values)
  const { installed } = status
  const title = (id: string) => status.profiles.find((each) => each.id === id)?.title ?? id
  return (
    <div className="deploy-chooser">
      <div className="deploy-chooser-left">
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
                <span>{each.title}</span>
                {installed?.profile === each.id ? <span className="note deploy-option-note">installed</span> : null}
              </label>
            ))}
          </fieldset>
          <VersionChoice scope={scope} status={status} version={version} />
          <div className="deploy-go">
            <span data-testid="deploy-plan">
              <Button
                kind={isSecondary ? 'default' : 'primary'}
                icon={FileSearch}
                busy={isPlanning}
                reason={blocked ?? notReady(wanted, check.faults.length)}
                onClick={() => onPlan(wanted)}
              >
                Plan
              </Button>
            </span>
            <span className="note">The API server tries every object. Nothing is changed.</span>
          </div>
        </Panel>
        {fault ? (
          <Panel title="No plan">
            <ErrorState fault={fault} title="The plan could not be made" />
          </Panel>
        ) : null}
        <InstalledPanel scope={scope} installed={installed} profile={installed ? title(installed.profile) : ''} />
      </div>
      <ValuesPanel
        text={values}
        check={check}
        profile={title(profile)}
        start={installed?.values ?? ''}
        onChange={(text) => changeDraft(scope, { values: text })}
      />
    </div>
  )
}

function VersionChoice({ scope, status, version }: { scope: Scope; status: DeployStatus; version: string }) {
  const isOther = !status.versions.includes(version)
  const { installed } = status
  // On its way to another tag the text may be a known one: it stays in the field all the same.
  const [typed, setTyped] = useState(isOther ? version : '')
  const choose = (chosen: string, inField: string) => {
    setTyped(inField)
    changeDraft(scope, { version: chosen })
  }
  return (
    <fieldset className="deploy-choice">
      <legend>Version</legend>
      <div className="deploy-versions">
        {status.versions.map((each) => (
          <label key={each} className="deploy-option">
            <input type="radio" name="version" checked={each === version} onChange={() => choose(each, '')} />
            <span className="mono">{each}</span>
            {installed?.version === each ? <span className="note">installed</span> : null}
          </label>
        ))}
      </div>
      <Field
        label="Another tag"
        mono
        placeholder="Type a tag"
        value={typed}
        error={versionProblem(typed)}
        onChange={(text) => choose(text.trim(), text.trim())}
      />
    </fieldset>
  )
}
