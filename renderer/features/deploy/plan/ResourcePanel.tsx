import { useState } from 'react'
import type { PlannedResource } from '#shared/contract/plan.ts'
import { CodeView, DiffView, Panel, Segments } from '../../../kit/index.ts'
import { ConflictBox } from './ConflictBox.tsx'
import { conflictKey, type Choice, type Decisions } from './decisions.ts'
import { FieldTable } from './FieldTable.tsx'
import { shortName } from './planEffects.ts'

type View = 'fields' | 'yaml' | 'split'

export interface ResourcePanelProps {
  resource: PlannedResource | undefined
  /** Titles of the two sides: "Now" and "Planned", or two versions. */
  sides: { before: string; after: string }
  decisions?: Decisions
  /** Absent where nothing is to be decided: while it runs, and between two releases. */
  onDecide?: (key: string, choice: Choice) => void
}

/** One resource: what the change means, who else owns fields of it, its fields, and its YAML as it is and as it will be. */
export function ResourcePanel({ resource, sides, decisions = {}, onDecide }: ResourcePanelProps) {
  const [chosen, setChosen] = useState<View | null>(null)
  const standard: View = resource && resource.fields.length > 0 && resource.before !== '' ? 'fields' : 'yaml'
  const view = chosen === 'fields' && resource?.fields.length === 0 ? 'yaml' : (chosen ?? standard)
  return (
    <Panel
      isFlush
      label="Difference"
      title={resource ? <ResourceTitle resource={resource} /> : 'Difference'}
      aside={
        <Segments
          label="View"
          value={view}
          options={[
            { value: 'fields', title: 'Fields' },
            { value: 'yaml', title: 'YAML' },
            { value: 'split', title: 'Split' },
          ]}
          onChange={setChosen}
        />
      }
    >
      {resource ? (
        <div className="deploy-difference">
          {resource.notes.length > 0 ? (
            <ul className="deploy-notes">
              {resource.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          ) : null}
          {resource.conflicts.length > 0 ? (
            <div className="deploy-conflicts">
              {resource.conflicts.map((conflict) => (
                <ConflictBox
                  key={conflict.field}
                  conflict={conflict}
                  effect={resource.fields.find((field) => field.path === conflict.field)?.effect ?? ''}
                  choice={decisions[conflictKey(resource.id, conflict.field)]}
                  onChoose={
                    onDecide ? (choice) => onDecide(conflictKey(resource.id, conflict.field), choice) : undefined
                  }
                />
              ))}
            </div>
          ) : null}
          <div className="deploy-code">
            <Content resource={resource} view={view} sides={sides} />
          </div>
        </div>
      ) : (
        <p className="note deploy-none">Choose a resource.</p>
      )}
    </Panel>
  )
}

function ResourceTitle({ resource }: { resource: PlannedResource }) {
  return (
    <>
      <span className="dim deploy-kind">{resource.kind}</span>
      <span className="truncate" title={resource.name}>
        {resource.name}
      </span>
      <Lines resource={resource} />
    </>
  )
}

/** A name whose common beginning leaves the screen where there is little room. */
export function ResourceName({ name }: { name: string }) {
  const short = shortName(name)
  return (
    <>
      {short === name ? null : <span className="deploy-prefix">{name.slice(0, name.length - short.length)}</span>}
      {short}
    </>
  )
}

/** Lines that come and go. */
export function Lines({ resource }: { resource: PlannedResource }) {
  return (
    <span className="deploy-lines">
      {resource.added > 0 ? <i className="deploy-added">+{resource.added}</i> : null}
      {resource.removed > 0 ? <i className="deploy-removed">-{resource.removed}</i> : null}
    </span>
  )
}

function Content({
  resource,
  view,
  sides,
}: {
  resource: PlannedResource
  view: View
  sides: ResourcePanelProps['sides']
}) {
  if (resource.action === 'same')
    return <CodeView text={resource.after || resource.before} label={`YAML of ${resource.name}`} isBare />
  if (view === 'fields')
    return (
      <FieldTable
        fields={resource.fields}
        label={`Fields of ${resource.name}`}
        {...sides}
        hasEffects={resource.fields.some((field) => field.effect !== '')}
      />
    )
  return (
    <DiffView
      key={resource.id}
      before={resource.before}
      after={resource.after}
      mode={view === 'split' ? 'split' : 'unified'}
      label={`Difference of ${resource.name}`}
    />
  )
}
