import { useState } from 'react'
import type { ConfigurationRow } from '#shared/contract/configuration.ts'
import { Drawer, setParameters, useBlocked, useParameters } from '../../../app/index.ts'
import { Banner, CodeEditor, DiffView, ErrorState, LoadingState, Tabs } from '../../../kit/index.ts'
import { AutoscalerForm } from './AutoscalerForm.tsx'
import { autoscalerProblem, readAutoscaler, specFaults } from './autoscalerForm.ts'
import { keepDraft, useDraft, type ObjectName } from '../objects/drafts.ts'
import { shortKind } from '../objects/objectColumns.tsx'
import { Conflict, DraftBar, ObjectButtons, ObjectFacts } from '../objects/ObjectParts.tsx'
import { QuotaUse } from './QuotaUse.tsx'
import { readUse } from './quotaUse.ts'
import { SaveDialog } from '../objects/SaveDialog.tsx'
import { useFresh } from '../useFresh.ts'
import { useObjectActions } from '../objects/useObjectActions.ts'

interface SpecDrawerProps {
  object: ObjectName
  row: ConfigurationRow
  onClose: () => void
}

/** An autoscaler, quota or limit range: its figures, and its spec to edit. */
export function SpecDrawer({ object, row, onClose }: SpecDrawerProps) {
  const { scope, kind, name } = object
  const view = useParameters('configuration').view
  const blocked = useBlocked('operator')
  const kept = useDraft(object)
  const draft = kept?.of === 'spec' ? kept : undefined
  const [isSaving, setSaving] = useState(false)
  const { value, error, staleSince, reload } = useFresh(
    (client, signal) => client.configuration.detail({ ...scope, kind, name }, { signal }),
    [scope.context, scope.namespace, kind, name],
  )
  const yaml = draft?.yaml ?? value?.yaml ?? ''
  const isContested = draft !== undefined && value !== undefined && draft.base !== value.resourceVersion
  const problem = isContested ? 'Decide about the other change first.' : specProblem(kind, yaml)
  const edit = (next: string) => {
    if (value)
      keepDraft(
        object,
        next === value.yaml ? null : { of: 'spec', base: draft?.base ?? value.resourceVersion, yaml: next },
      )
  }
  const save = () => setSaving(true)
  useObjectActions(object, row, draft && problem === undefined ? save : undefined)
  return (
    <Drawer
      label={`Details of ${name}`}
      title={<span className="mono">{name}</span>}
      note={shortKind(kind)}
      tabs={
        <Tabs
          label="Views"
          value={view}
          tabs={[
            { id: 'form', title: 'Summary' },
            { id: 'yaml', title: 'YAML' },
          ]}
          onChange={(next) => setParameters('configuration', { view: next })}
        />
      }
      footer={
        draft ? (
          <DraftBar object={object} draft={draft} summary="The spec is changed" problem={problem} onSave={save} />
        ) : undefined
      }
      onClose={onClose}
    >
      <div className="configuration-drawer">
        <ObjectButtons object={object} row={row} />
        {staleSince === undefined ? null : (
          <Banner tone="warn" title="This could not be renewed.">
            {error?.message}
          </Banner>
        )}
        {isContested ? (
          <Conflict
            object={object}
            row={value.row}
            onKeepMine={() => keepDraft(object, { ...draft, base: value.resourceVersion })}
          >
            <div className="configuration-difference">
              <DiffView before={value.yaml} after={draft.yaml} label="From what is live now to your draft" />
            </div>
          </Conflict>
        ) : null}
        {error && !value ? <ErrorState fault={error} onRetry={reload} /> : null}
        {!value && !error ? <LoadingState rows={6} label="Loading the spec" /> : null}
        {value && view === 'yaml' ? (
          <CodeEditor
            label={`YAML of ${name}`}
            text={yaml}
            locked={blocked}
            faults={specFaults(yaml)}
            onChange={edit}
          />
        ) : null}
        {value && view !== 'yaml' ? (
          <>
            {kind === 'HorizontalPodAutoscaler' ? (
              <AutoscalerForm yaml={yaml} isLocked={blocked !== undefined} onChange={edit} />
            ) : kind === 'ResourceQuota' ? (
              <QuotaUse uses={readUse(row.summary)} />
            ) : (
              <p className="selectable">{row.summary}</p>
            )}
            <ObjectFacts row={value.row} />
          </>
        ) : null}
      </div>
      {isSaving && draft ? (
        <SaveDialog
          object={object}
          edit={{ of: 'spec', yaml: draft.yaml }}
          base={draft.base}
          usedBy={[]}
          differences={value ? [{ title: 'spec', before: value.yaml, after: draft.yaml }] : []}
          onClose={() => setSaving(false)}
        />
      ) : null}
    </Drawer>
  )
}

function specProblem(kind: ObjectName['kind'], yaml: string): string | undefined {
  if (specFaults(yaml).length > 0) return 'The YAML cannot be read yet.'
  const fields = kind === 'HorizontalPodAutoscaler' ? readAutoscaler(yaml) : undefined
  return fields ? autoscalerProblem(fields) : undefined
}
