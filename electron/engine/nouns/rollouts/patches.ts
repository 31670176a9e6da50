import { isDeepStrictEqual } from 'node:util'
import type { WorkloadChange } from '#shared/contract/rollouts.ts'
import { ConsoleError } from '#shared/errors.ts'
import { sourceOf } from './detail.ts'
import type { Surroundings } from './surroundings.ts'
import { containersOf, kindOf, type Workload } from './workload.ts'

/** How a change is said to the API server. */
export interface WorkloadPatch {
  type: 'strategic' | 'json' | 'merge'
  body: unknown
  subresource?: 'scale'
}

type Changed<Do extends WorkloadChange['do']> = Extract<WorkloadChange, { do: Do }>

export const changeCause = 'kubernetes.io/change-cause'
const resourceKeys = ['cpu', 'memory', 'ephemeral-storage']

/**
 * The patch for a change, as kubectl would send it; undefined for `unstick`, which deletes pods.
 * @param cause recorded with the new revision, for its history
 * @throws ConsoleError BAD_INPUT when the change makes no sense for this workload, with the reason and the remedy
 */
export function patchOf(
  around: Surroundings,
  change: WorkloadChange,
  cause: string,
  now: number,
): WorkloadPatch | undefined {
  const { workload } = around
  switch (change.do) {
    case 'setImage':
      return ofTemplate(cause, setImage(workload, change))
    case 'restart':
      refuseWhilePaused(workload, 'restarted')
      return ofTemplate(cause, {
        metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': new Date(now).toISOString() } },
      })
    case 'pause':
    case 'resume':
      return pause(workload, change.do === 'pause')
    case 'undo':
      return undo(around, change, cause)
    case 'scale':
      if (workload.kind === 'DaemonSet')
        throw refusal('A DaemonSet has one pod on every node that fits; it is not scaled.')
      return { type: 'merge', subresource: 'scale', body: { spec: { replicas: change.replicas } } }
    case 'setEnvironment':
      return ofTemplate(cause, setEnvironment(workload, change))
    case 'setResources':
      return setResources(workload, change, cause)
    case 'unstick':
      return undefined
  }
}

const refusal = (why: string) => new ConsoleError('BAD_INPUT', `${why} Nothing was changed.`)

const ofTemplate = (cause: string, template: object): WorkloadPatch => ({
  type: 'strategic',
  body: { metadata: { annotations: { [changeCause]: cause } }, spec: { template } },
})

function refuseWhilePaused({ kind, metadata, spec }: Workload, done: string): void {
  if (spec?.paused !== true) return
  throw refusal(`${kind} ${metadata.name} is paused, and cannot be ${done} until it is resumed.`)
}

function containerOf(workload: Workload, name: string) {
  const found = containersOf(workload.spec?.template).find((each) => each.name === name)
  if (found) return found
  const names = containersOf(workload.spec?.template).map((each) => each.name)
  throw refusal(`${workload.metadata.name} has no container ${name}. It has ${names.join(', ')}.`)
}

function setImage(workload: Workload, { images }: Changed<'setImage'>): object {
  const initial = workload.spec?.template?.spec?.initContainers ?? []
  const isInitial = (name: string) => initial.some((each) => each.name === name)
  for (const { container } of images) if (!isInitial(container)) containerOf(workload, container)
  const chosen = (wanted: boolean) =>
    images
      .filter(({ container }) => isInitial(container) === wanted)
      .map(({ container, image }) => ({ name: container, image }))
  return {
    spec: {
      ...(chosen(false).length > 0 && { containers: chosen(false) }),
      ...(chosen(true).length > 0 && { initContainers: chosen(true) }),
    },
  }
}

function pause(workload: Workload, isPause: boolean): WorkloadPatch {
  const { kind, metadata, spec } = workload
  if (kind !== 'Deployment')
    throw refusal(
      `Only a Deployment can be paused; a ${kind} continues one pod at a time, and stops by itself at a pod that fails.`,
    )
  if ((spec?.paused === true) === isPause)
    throw refusal(`${metadata.name} ${isPause ? 'is paused already' : 'is not paused'}.`)
  return { type: 'strategic', body: { spec: { paused: isPause } } }
}

/** As `kubectl rollout undo`: the template is replaced as a whole, so that what was added since goes away too. */
function undo({ workload, revisions }: Surroundings, { revision }: Changed<'undo'>, cause: string): WorkloadPatch {
  refuseWhilePaused(workload, 'taken back')
  const { metadata, spec } = workload
  const wanted = revisions.find((each) => each.revision === revision)
  if (!wanted) {
    const known = revisions.map((each) => each.revision).join(', ')
    throw new ConsoleError(
      'NOT_FOUND',
      `${metadata.name} has no revision ${revision}. The cluster remembers ${known || 'none'}. Nothing was changed.`,
    )
  }
  if (isDeepStrictEqual(wanted.template, spec?.template))
    throw refusal(`${metadata.name} is at the template of revision ${revision} already.`)
  return {
    type: 'json',
    body: [...causeOperations(workload, cause), { op: 'replace', path: '/spec/template', value: wanted.template }],
  }
}

/** A JSON patch cannot add to a map that is not there. */
function causeOperations({ metadata }: Workload, cause: string): object[] {
  const key = changeCause.replace('/', '~1')
  return metadata.annotations
    ? [{ op: 'add', path: `/metadata/annotations/${key}`, value: cause }]
    : [{ op: 'add', path: '/metadata/annotations', value: { [changeCause]: cause } }]
}

function setEnvironment(workload: Workload, { container, set, remove }: Changed<'setEnvironment'>): object {
  const present = containerOf(workload, container).env ?? []
  if (set.length + remove.length === 0) throw refusal('Name a variable to set or to remove.')
  for (const { name } of set) {
    const known = present.find((each) => each.name === name)
    const source = known ? sourceOf(known) : ''
    if (source !== '') {
      throw refusal(
        `${name} of ${container} comes from ${source}; a plain value there would be readable in the pod template. ` +
          'Change it where it comes from, or remove the variable first.',
      )
    }
    if (remove.includes(name)) throw refusal(`${name} is both set and removed.`)
  }
  const unknown = remove.filter((name) => !present.some((each) => each.name === name))
  if (unknown.length > 0) throw refusal(`${container} has no variable ${unknown.join(', ')}.`)
  const env = [...set, ...remove.map((name) => ({ $patch: 'delete', name }))]
  return { spec: { containers: [{ name: container, env }] } }
}

/** Replaced as a whole: what is left out is not set any more. Other resources (GPUs, huge pages) stay. */
function setResources(workload: Workload, change: Changed<'setResources'>, cause: string): WorkloadPatch {
  const present = containerOf(workload, change.container).resources ?? {}
  const index = containersOf(workload.spec?.template).findIndex(({ name }) => name === change.container)
  const others = (amounts: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(amounts).filter(([key]) => !resourceKeys.includes(key)))
  const value = {
    requests: { ...others(present.requests), ...change.requests },
    limits: { ...others(present.limits), ...change.limits },
    ...(present.claims && { claims: present.claims }),
  }
  const at = `/spec/template/spec/containers/${index}`
  return {
    type: 'json',
    body: [
      // The position was read a moment ago: somebody may have put another container there.
      { op: 'test', path: `${at}/name`, value: change.container },
      ...causeOperations(workload, cause),
      { op: 'add', path: `${at}/resources`, value },
    ],
  }
}

/** What is recorded with the revision: never the value of a variable. */
export function causeOf(workload: Workload, change: WorkloadChange, by: string): string {
  return `${phrase(kindOf(workload), change)} by ${by}`
}

function phrase(kind: string, change: WorkloadChange): string {
  switch (change.do) {
    case 'setImage':
      return `image ${change.images.map(({ container, image }) => `${container}=${image}`).join(', ')}`
    case 'undo':
      return `undo to revision ${change.revision}`
    case 'setEnvironment': {
      const set = change.set.map(({ name }) => name)
      const removed = change.remove.map((name) => `-${name}`)
      return `environment of ${change.container}: ${[...set, ...removed].join(', ')}`
    }
    case 'setResources':
      return `resources of ${change.container}`
    case 'scale':
      return `scale to ${change.replicas}`
    case 'pause':
    case 'resume':
    case 'restart':
      return change.do
    case 'unstick':
      return `stuck pods of the ${kind} deleted`
  }
}
