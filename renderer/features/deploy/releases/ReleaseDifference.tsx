import { useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { PlannedResource } from '#shared/contract/plan.ts'
import type { ReleaseRow } from '#shared/contract/releases.ts'
import { useCall } from '../../../client/index.ts'
import { ErrorState, LoadingState } from '../../../kit/index.ts'
import { FieldTable } from '../plan/FieldTable.tsx'
import { Lines, ResourceName, ResourcePanel } from '../plan/ResourcePanel.tsx'
import { actionWords } from '../plan/resourceWords.ts'

const valuesId = 'values'

/** What differs between two recorded releases: values first, then objects, one of them in full. */
export function ReleaseDifference({
  scope,
  rows,
  from,
  to,
}: {
  scope: Scope
  rows: readonly ReleaseRow[]
  from: string
  to: string
}) {
  const [selected, setSelected] = useState<string | null>(null)
  const { value, error, reload } = useCall(
    (client, signal) => client.releases.difference({ ...scope, from, to }, { signal }),
    [scope.context, scope.namespace, from, to],
  )
  if (!value)
    return error ? (
      <ErrorState fault={error} title="The two releases could not be compared" onRetry={reload} />
    ) : (
      <LoadingState rows={4} label="Comparing" />
    )
  const changed = value.resources.filter((resource) => resource.action !== 'same')
  if (changed.length === 0 && value.values.length === 0)
    return <p className="note deploy-none">Nothing differs: the same values and the same objects.</p>
  const shown = selected ?? (value.values.length > 0 ? valuesId : (changed[0]?.id ?? null))
  const version = (id: string) => rows.find((row) => row.id === id)?.version ?? id
  const sides = sidesOf(version(from), version(to))
  return (
    <div className="release-difference">
      <div className="release-changes" role="list" aria-label="What differs">
        {value.values.length > 0 ? (
          <Entry
            sign="~"
            action="change"
            isSelected={shown === valuesId}
            onSelect={() => setSelected(valuesId)}
            title={`${value.values.length} ${value.values.length === 1 ? 'value' : 'values'}`}
          />
        ) : null}
        {changed.map((resource) => (
          <Entry
            key={resource.id}
            sign={actionWords[resource.action].sign}
            action={resource.action}
            isSelected={shown === resource.id}
            onSelect={() => setSelected(resource.id)}
            resource={resource}
          />
        ))}
      </div>
      {shown === valuesId ? (
        <div className="release-values">
          <FieldTable fields={value.values} label="Values that differ" {...sides} hasEffects={false} />
        </div>
      ) : (
        <ResourcePanel resource={changed.find((resource) => resource.id === shown)} sides={sides} />
      )}
    </div>
  )
}

/** The same version twice, with other values, needs other words. */
function sidesOf(before: string, after: string): { before: string; after: string } {
  return before === after ? { before: `${before}, before`, after: `${after}, after` } : { before, after }
}

function Entry(props: {
  sign: string
  action: PlannedResource['action']
  isSelected: boolean
  onSelect: () => void
  title?: string
  resource?: PlannedResource
}) {
  const { resource } = props
  return (
    <div role="listitem">
      <button
        type="button"
        className={`deploy-resource deploy-${props.action}${props.isSelected ? ' is-selected' : ''}`}
        aria-current={props.isSelected || undefined}
        onClick={props.onSelect}
      >
        <b aria-hidden>{props.sign}</b>
        {resource ? (
          <span className="truncate" title={`${resource.kind} ${resource.name}`}>
            <span className="dim">{resource.kind}</span> <ResourceName name={resource.name} />
          </span>
        ) : (
          <span>{props.title}</span>
        )}
        {resource ? <Lines resource={resource} /> : null}
      </button>
    </div>
  )
}
