import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { DataChoice, UninstallPlan } from '#shared/contract/uninstall.ts'
import { useBlocked, useCluster } from '../../../app/index.ts'
import { useCall, useCommand } from '../../../client/index.ts'
import { Banner, Button, Dialog, EnvironmentChip, ErrorState, Field, LoadingState } from '../../../kit/index.ts'
import { UninstallLists } from './UninstallLists.tsx'
import { goingOf, whyNot, type UninstallForm } from './uninstallView.ts'
import './uninstall.css'

const untouched: UninstallForm = {
  data: 'keep',
  safetyBackup: true,
  endsRestores: false,
  typedNamespace: '',
  typedName: '',
}

/** What an uninstall deletes and leaves, and the last click. All of it comes from the engine's list. */
export function UninstallDialog({ scope, onClose }: { scope: Scope; onClose: () => void }) {
  const cluster = useCluster(scope.context)
  const blocked = useBlocked('administrator', scope.context)
  const name = cluster?.name ?? scope.context
  const isProduction = cluster?.environment === 'production'
  const [form, setForm] = useState(untouched)
  const change = (part: Partial<UninstallForm>) => setForm((before) => ({ ...before, ...part }))
  const {
    value: plan,
    error,
    reload,
  } = useCall((client, signal) => client.uninstall.plan(scope, { signal }), [scope.context, scope.namespace])
  const uninstall = useCommand(async (client, of: UninstallPlan) => {
    const { typedName, ...choices } = form
    const confirmation = isProduction ? { typedName } : {}
    await client.uninstall.start({ ...scope, planId: of.id, ...choices, confirmation })
    onClose()
  })
  const refusal = blocked ?? whyNot(plan, form, isProduction ? name : undefined)
  return (
    <Dialog
      size="large"
      isProduction={isProduction}
      title={
        <>
          Uninstall the suite from {scope.namespace}
          {cluster ? <EnvironmentChip environment={cluster.environment} /> : null}
        </>
      }
      note={`${name}, namespace ${scope.namespace}${plan?.version === undefined ? '' : `, version ${plan.version}`}. This cannot be undone.`}
      onClose={onClose}
      hint={<Typed form={form} scope={scope} name={isProduction ? name : undefined} onChange={change} />}
      actions={
        <>
          <Button size="large" onClick={onClose}>
            Cancel
          </Button>
          <span data-testid="uninstall-confirm">
            <Button
              size="large"
              kind="danger"
              icon={Trash2}
              busy={uninstall.isBusy}
              reason={refusal}
              onClick={() => (plan ? void uninstall.run(plan) : undefined)}
            >
              {plan ? `Delete ${goingOf(plan, form.data).length} objects` : 'Uninstall'}
            </Button>
          </span>
        </>
      }
    >
      {uninstall.error ? <Banner tone="crit" title={uninstall.error.message} /> : null}
      {plan ? (
        <>
          <Choices plan={plan} form={form} onChange={change} />
          <UninstallLists plan={plan} data={form.data} />
        </>
      ) : error ? (
        <ErrorState fault={error} title="What is installed could not be listed" onRetry={reload} />
      ) : (
        <LoadingState rows={9} label="Listing what is installed" />
      )}
    </Dialog>
  )
}

interface PartProps {
  form: UninstallForm
  onChange: (part: Partial<UninstallForm>) => void
}

const dataChoices: readonly { id: DataChoice; title: string; note: string }[] = [
  {
    id: 'keep',
    title: 'Keep the data',
    note: 'Volumes, Secrets and the namespace stay. A later deployment finds them.',
  },
  { id: 'remove', title: 'Delete everything', note: 'Databases, volumes and Secrets are deleted too.' },
]

function Choices({ plan, form, onChange }: PartProps & { plan: UninstallPlan }) {
  return (
    <div className="uninstall-choices">
      <fieldset className="deploy-choice">
        <legend>Data</legend>
        {dataChoices.map(({ id, title, note }) => (
          <label key={id} className="deploy-option">
            <input type="radio" name="data" checked={form.data === id} onChange={() => onChange({ data: id })} />
            <span>{title}</span>
            <span className="note">{note}</span>
          </label>
        ))}
      </fieldset>
      <label className="deploy-option">
        <input
          type="checkbox"
          checked={form.safetyBackup}
          onChange={({ target }) => onChange({ safetyBackup: target.checked })}
        />
        <span>Back up the database first</span>
        <span className="note">
          {plan.backups.count === 0
            ? 'There is no backup of this suite on this workstation.'
            : 'Backups on this workstation stay.'}
        </span>
      </label>
      {plan.openRestores.length > 0 ? (
        <Banner
          tone="warn"
          title={`${plan.openRestores.length === 1 ? 'A restore' : `${plan.openRestores.length} restores`} can still be undone.`}
        >
          {plan.openRestores.map(({ id, message }) => (
            <div key={id}>
              {id}: {message}
            </div>
          ))}
          <label className="deploy-option">
            <input
              type="checkbox"
              checked={form.endsRestores}
              onChange={({ target }) => onChange({ endsRestores: target.checked })}
            />
            <span>End the undo window: the previous database is no longer reachable</span>
          </label>
        </Banner>
      ) : null}
    </div>
  )
}

function Typed({ form, scope, name, onChange }: PartProps & { scope: Scope; name: string | undefined }) {
  return (
    <div className="uninstall-typed">
      <Field
        label={`Type ${scope.namespace} to confirm`}
        value={form.typedNamespace}
        onChange={(typedNamespace) => onChange({ typedNamespace })}
      />
      {name === undefined ? null : (
        <Field
          label={`Production: type ${name}`}
          value={form.typedName}
          onChange={(typedName) => onChange({ typedName })}
        />
      )}
    </div>
  )
}
