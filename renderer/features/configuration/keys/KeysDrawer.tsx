import { useState } from 'react'
import type { ConfigurationRow } from '#shared/contract/configuration.ts'
import { Drawer, setParameters, useBlocked, useParameters } from '../../../app/index.ts'
import { Banner, CodeEditor, ErrorState, LoadingState, plural, Tabs } from '../../../kit/index.ts'
import type { Difference } from '../objects/Differences.tsx'
import { keepDraft, useDraft, type KeysDraft, type ObjectName } from '../objects/drafts.ts'
import { usersOf } from '../objects/rowFacts.ts'
import { contested, isUnreadable, rebased, withYaml, yamlOf, type KeysObject } from './keysDraft.ts'
import { readData } from './keysYaml.ts'
import { KeyList } from './KeyList.tsx'
import { Conflict, DraftBar, ObjectButtons, ObjectFacts } from '../objects/ObjectParts.tsx'
import { SaveDialog } from '../objects/SaveDialog.tsx'
import { useFresh } from '../useFresh.ts'
import { useObjectActions } from '../objects/useObjectActions.ts'

interface KeysDrawerProps {
  object: ObjectName
  row: ConfigurationRow
  onClose: () => void
}

/** The keys of a ConfigMap or Secret, to read and to edit. What is typed stays until it is saved or discarded. */
export function KeysDrawer({ object, row, onClose }: KeysDrawerProps) {
  const { scope, kind, name } = object
  const isConfigMap = kind === 'ConfigMap'
  const view = useParameters('configuration').view
  const blocked = useBlocked('operator')
  const kept = useDraft(object)
  const draft = kept?.of === 'keys' ? kept : undefined
  const [isSaving, setSaving] = useState(false)
  const { value, error, staleSince, reload } = useFresh(
    (client, signal) => client.configuration.detail({ ...scope, kind, name }, { signal }),
    [scope.context, scope.namespace, kind, name],
  )
  const problem = draft && value ? problemOf(draft, value, !isConfigMap) : undefined
  const save = () => setSaving(true)
  useObjectActions(object, row, draft && problem === undefined ? save : undefined)
  return (
    <Drawer
      label={`Details of ${name}`}
      title={<span className="mono">{name}</span>}
      note={kind}
      tabs={
        isConfigMap ? (
          <Tabs
            label="Views"
            value={view}
            tabs={[
              { id: 'form', title: 'Keys', badge: row.keys.length },
              { id: 'yaml', title: 'YAML' },
            ]}
            onChange={(next) => setParameters('configuration', { view: next })}
          />
        ) : undefined
      }
      footer={
        draft ? (
          <DraftBar object={object} draft={draft} summary={summaryOf(draft)} problem={problem} onSave={save} />
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
        {draft && value && draft.base !== value.resourceVersion ? (
          <Conflict object={object} row={value.row} onKeepMine={() => keepDraft(object, rebased(draft, value))}>
            <Theirs draft={draft} live={value} isSecret={!isConfigMap} />
          </Conflict>
        ) : null}
        {error && !value ? <ErrorState fault={error} onRetry={reload} /> : null}
        {!value && !error ? <LoadingState rows={6} label="Loading the keys" /> : null}
        {value && isConfigMap && view === 'yaml' ? (
          <CodeEditor
            label={`YAML of ${name}`}
            text={yamlOf(draft, value)}
            locked={blocked}
            faults={draft?.yaml ? readData(draft.yaml).faults : []}
            onChange={(text) => keepDraft(object, withYaml(draft, value, text))}
          />
        ) : null}
        {value && (!isConfigMap || view === 'form') ? (
          <>
            <ObjectFacts row={value.row} />
            {isUnreadable(draft) ? (
              <Banner tone="warn" title="The YAML that you typed cannot be read.">
                It is kept as you typed it. Correct it in the YAML view; the keys below are the last readable ones.
              </Banner>
            ) : null}
            <KeyList
              object={object}
              live={value}
              draft={draft}
              locked={isUnreadable(draft) ? 'Correct the YAML first.' : undefined}
            />
          </>
        ) : null}
      </div>
      {isSaving && draft ? (
        <SaveDialog
          object={object}
          edit={{ of: 'keys', set: Object.fromEntries(draft.set), remove: [...draft.remove] }}
          base={draft.base}
          usedBy={usersOf(row)}
          differences={isConfigMap && value ? differencesOf(draft, value) : []}
          onClose={() => setSaving(false)}
        />
      ) : null}
    </Drawer>
  )
}

/** What the other one did to the keys of the draft; values of Secrets are not compared in the window. */
function Theirs({ draft, live, isSecret }: { draft: KeysDraft; live: KeysObject; isSecret: boolean }) {
  const both = isSecret ? [] : contested(draft, live)
  if (both.length === 0) {
    return isSecret ? null : <p>None of the keys that you changed was touched. Your changes fit on top.</p>
  }
  return (
    <ul className="configuration-theirs">
      {both.map(({ key, theirs }) => (
        <li key={key}>
          <span className="mono">{key}</span> is now <code>{theirs.slice(0, 200)}</code>
        </li>
      ))}
    </ul>
  )
}

/** Every key that is written, as it is and as it will be. */
function differencesOf(draft: KeysDraft, live: KeysObject): Difference[] {
  return [...new Set([...draft.set.keys(), ...draft.remove])].map((key) => ({
    title: key,
    before: live.keys.find((each) => each.key === key)?.value ?? '',
    after: draft.set.get(key) ?? '',
  }))
}

function summaryOf(draft: KeysDraft): string {
  const set = draft.set.size
  const parts = [
    set > 0 ? `${plural(set, 'key')} changed` : '',
    draft.remove.length > 0 ? `${plural(draft.remove.length, 'key')} removed` : '',
  ].filter(Boolean)
  return parts.join(', ') || 'The YAML is typed, no key changes'
}

function problemOf(draft: KeysDraft, live: KeysObject, isSecret: boolean): string | undefined {
  if (draft.base !== live.resourceVersion) return 'Decide about the other change first.'
  if (isUnreadable(draft)) return 'The YAML cannot be read yet.'
  if (draft.set.size + draft.remove.length === 0) return 'The YAML is typed, but no key changes.'
  const empty = isSecret ? [...draft.set].find(([, value]) => value === '')?.[0] : undefined
  return empty === undefined ? undefined : `Type the new value of ${empty}.`
}
