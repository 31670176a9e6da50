import { tasksOf } from '../../app/index.ts'
import type { Fault, Scope } from '#shared/contract/base.ts'
import type { Plan, PlannedResource } from '#shared/contract/plan.ts'
import type { PodRow } from '#shared/contract/pods.ts'
import type { Step, Task } from '#shared/contract/tasks.ts'

export type Action = PlannedResource['action']

/** How many resources are created, changed, left alone, or in the way. */
export function countActions(plan: Plan): Record<Action, number> {
  const counts: Record<Action, number> = { create: 0, change: 0, replace: 0, same: 0, conflict: 0, refused: 0 }
  for (const stage of plan.stages) for (const resource of stage.resources) counts[resource.action] += 1
  return counts
}

/** What is looked at first: a resource in the way, else the first that changes, else the first. */
export function firstToShow(plan: Plan): PlannedResource | undefined {
  const all = plan.stages.flatMap((stage) => stage.resources)
  return (
    all.find((resource) => resource.action === 'conflict' || resource.action === 'refused') ??
    all.find((resource) => resource.action === 'replace') ??
    all.find((resource) => resource.action === 'change') ??
    all.find((resource) => resource.action === 'create') ??
    all[0]
  )
}

export function findResource(plan: Plan, id: string | null): PlannedResource | undefined {
  if (id === null) return undefined
  return plan.stages.flatMap((stage) => stage.resources).find((resource) => resource.id === id)
}

/** The stages of a plan that has not run, in the shape of a task's steps. */
export function plannedSteps(plan: Plan): Step[] {
  return plan.stages.map((stage) => ({
    id: stage.id,
    title: stage.title,
    state: 'waiting',
    detail: stage.waits,
    group: 'change',
  }))
}

/** The newest deployment or undoing of one in this scope: the one the page shows. */
export function latestRun(tasks: Iterable<Task>, scope: Scope): Task | undefined {
  let latest: Task | undefined
  for (const task of tasksOf(tasks, scope)) {
    if (task.kind !== 'deploy' && task.kind !== 'undeploy') continue
    if (!latest || task.startedAt > latest.startedAt) latest = task
  }
  return latest
}

/** The newest uninstall in this scope. */
export function latestUninstall(tasks: Iterable<Task>, scope: Scope): Task | undefined {
  const found = [...tasksOf(tasks, scope)].filter(({ kind }) => kind === 'uninstall')
  return found.toSorted((one, other) => one.startedAt - other.startedAt).at(-1)
}

interface WorkloadRef {
  kind: string
  name: string
}

/** The workloads of a stage: their pods are shown below it while it runs. */
export function workloadsOf(plan: Plan | null, stageId: string): WorkloadRef[] {
  const stage = plan?.stages.find((each) => each.id === stageId)
  return (stage?.resources ?? [])
    .filter((resource) => ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(resource.kind))
    .map(({ kind, name }) => ({ kind, name }))
}

/** Whether a pod belongs to a workload, by its owner. A Deployment owns ReplicaSets, each named after it and the hash of its template. */
export function belongsTo({ owner }: Pick<PodRow, 'owner'>, { kind, name }: WorkloadRef): boolean {
  if (owner?.kind !== 'ReplicaSet') return owner?.kind === kind && owner.name === name
  return kind === 'Deployment' && owner.name.slice(0, owner.name.lastIndexOf('-')) === name
}

export interface Failure {
  pod: string
  reason: string
  lines: string[]
}

/** The pod a stage failed on, as the engine says it in the fault's details; null where it was not a pod. */
export function failureOf(fault: Fault): Failure | null {
  const { details } = fault
  const pod = text(details['pod'])
  const lines = linesOf(details['lastLogLines'])
  if (!pod && lines.length === 0) return null
  return { pod, reason: text(details['reason']), lines }
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')

function linesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((line): line is string => typeof line === 'string') : []
}

/** Whether a run goes back to an earlier release. A window that was closed meanwhile has no plan: then the title says it. */
export function isRollback(run: Task | undefined, plan: Plan | null): boolean {
  return plan ? plan.rollbackTo !== null : /^roll(ing)? back/i.test(run?.title ?? '')
}
