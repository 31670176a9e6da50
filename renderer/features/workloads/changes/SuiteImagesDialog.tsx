import { useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import { imageReference, type WorkloadDetail } from '#shared/contract/rollouts.ts'
import { ChangeDialog } from '../../../app/index.ts'
import { useCall, useStream } from '../../../client/index.ts'
import {
  Checkbox,
  combineImpacts,
  Dialog,
  EmptyState,
  ErrorState,
  Field,
  LoadingState,
  plural,
} from '../../../kit/index.ts'
import { closeChange, isRolled, type Workload } from './changeStore.ts'
import { imageChanges } from './imageChanges.ts'
import { isOfSuite } from './imageNames.ts'
import { rollInTurn, type ImageChange } from './rollInTurn.ts'

const title = 'Set image of all suite services'

/** The suite's services with their containers; others (database, cache) are left out. */
export function SuiteImagesDialog({ scope }: { scope: Scope }) {
  const watch = useStream(
    (client, signal) => client.workloads.watch(scope, { signal }),
    [scope.context, scope.namespace],
  )
  const services = watch.value?.rows.flatMap(({ kind, name, images }): Workload[] =>
    isRolled(kind) && images.some(isOfSuite) ? [{ kind, name }] : [],
  )
  const { value, error, reload } = useCall(
    services
      ? (client, signal) =>
          Promise.all(services.map((each) => client.rollouts.detail({ ...scope, ...each }, { signal })))
      : null,
    [scope.context, scope.namespace, services?.map((each) => each.name).join(' ') ?? ''],
  )
  const [details, setDetails] = useState(value)
  // What was read first stays while the dialog is open: rows must not move under the person's hands.
  if (value && !details) setDetails(value)
  if (details && details.length > 0) return <Loaded scope={scope} details={details} />
  const fault = error ?? watch.error
  return (
    <Dialog title={title} size="large" onClose={closeChange}>
      {fault ? (
        <ErrorState fault={fault} onRetry={error ? reload : watch.retry} />
      ) : details ? (
        <EmptyState title="No service of the suite runs in this namespace">Deploy the suite first.</EmptyState>
      ) : (
        <LoadingState rows={6} label="Reading the services" />
      )}
    </Dialog>
  )
}

function Loaded({ scope, details }: { scope: Scope; details: readonly WorkloadDetail[] }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(details.map((each) => each.name)))
  const [tag, setTag] = useState('')
  const changes = imageChanges(details, chosen, tag.trim())
  return (
    <ChangeDialog
      title={title}
      size="large"
      note="One after the other, databases and caches left out. Each begins when the one before is ready, while this window is open; a failure stops the rest."
      cluster={scope.context}
      question={JSON.stringify(changes)}
      incomplete={problem(changes, chosen, tag.trim())}
      ask={async (client, signal) => ({
        ...combineImpacts(
          await Promise.all(
            changes.map(({ workload, change }) =>
              client.rollouts.impact({ ...scope, ...workload, change }, { signal }),
            ),
          ),
        ),
        // The table above shows them already.
        changes: [],
      })}
      confirmLabel={`Set image of ${plural(changes.length, 'service')}`}
      perform={(_client, confirmation) => rollInTurn(scope, changes, confirmation)}
      onClose={closeChange}
    >
      {(submit) => (
        <div className="change-form">
          <div className="change-narrow">
            <Field
              label="Version of all chosen services"
              mono
              autoFocus
              placeholder="2.4.1"
              value={tag}
              onChange={setTag}
              onEnter={submit}
            />
          </div>
          <table className="change-services">
            <thead>
              <tr>
                <th scope="col">Service</th>
                <th scope="col">Now</th>
                <th scope="col">After</th>
              </tr>
            </thead>
            <tbody>
              {details.map((detail) => (
                <tr key={detail.name}>
                  <th scope="row">
                    <Checkbox
                      label={detail.name}
                      checked={chosen.has(detail.name)}
                      onChange={(isChosen) => setChosen(withMember(chosen, detail.name, isChosen))}
                    />
                  </th>
                  <td className="mono selectable">{detail.containers.map((each) => each.image).join(', ')}</td>
                  <td className="mono selectable">{after(detail, changes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </ChangeDialog>
  )
}

function problem(changes: readonly ImageChange[], chosen: ReadonlySet<string>, tag: string): string | undefined {
  if (tag === '') return 'Type the version that they are to run.'
  if (chosen.size === 0) return 'Choose at least one service.'
  if (changes.length === 0) return 'The chosen services run this version already.'
  const wrong = changes
    .flatMap(({ change }) => change.images)
    .find(({ image }) => !imageReference.safeParse(image).success)
  return wrong ? `${tag} cannot be a version: letters, digits, dots, dashes and underscores.` : undefined
}

function after(detail: WorkloadDetail, changes: readonly ImageChange[]) {
  const change = changes.find(({ workload }) => workload.name === detail.name)?.change
  return change ? change.images.map((each) => each.image).join(', ') : <span className="dim">stays</span>
}

function withMember(set: ReadonlySet<string>, member: string, isMember: boolean): ReadonlySet<string> {
  const next = new Set(set)
  if (isMember) next.add(member)
  else next.delete(member)
  return next
}
