import type { DeployStatus } from '#shared/contract/deploy.ts'
import type { Plan } from '#shared/contract/plan.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { plural } from '../../../kit/index.ts'
import { countActions } from '../deployView.ts'

/** An act that is possible now or later, and what it would do. */
export interface StepIn {
  act: 'Stop' | 'Resume' | 'Undo'
  words: string
}

/** What stepping in would do now, while a deployment runs or after one stopped half way; empty where there is nothing to step into. */
export function stepInNow(run: Task | undefined, unfinished: DeployStatus['unfinished'], plan: Plan | null): StepIn[] {
  if (run?.state === 'running') {
    const undo = { act: 'Undo', words: `Once it has ended or stopped. ${undoWords(plan)}` } as const
    if (run.kind !== 'deploy') return []
    return [{ act: 'Stop', words: run.uncancellable || stopWords(run) }, undo]
  }
  if (unfinished?.isElsewhere !== false) return []
  return [
    { act: 'Resume', words: resumeWords(run, unfinished.stage) },
    { act: 'Undo', words: undoWords(plan) },
  ]
}

function stopWords(run: Task): string {
  const waiting = run.steps.filter((step) => step.state === 'waiting')
  const left = waiting.length === 0 ? '' : ` ${stages(waiting.map((step) => step.title))} not run.`
  return `Keeps what is applied; it can be resumed or undone.${left}`
}

function stages(titles: string[]): string {
  if (titles.length === 1) return `${titles[0] ?? ''} is`
  return `${titles.slice(0, -1).join(', ')} and ${titles.at(-1) ?? ''} are`
}

function resumeWords(run: Task | undefined, stage: string): string {
  const at = run?.steps.findIndex((step) => step.title === stage) ?? -1
  const after =
    at < 0 || !run ? 'then the stages after it' : `then ${plural(run.steps.length - at - 1, 'stage')} after it`
  return `Applies ${stage || 'the stage it stopped at'} again, ${after}. Stages that are done stay as they are.`
}

function undoWords(plan: Plan | null): string {
  if (!plan) return 'Changed objects return to what they were, created ones are deleted. Volumes and their data stay.'
  const { create, change, replace, conflict } = countActions(plan)
  const changed = change + replace + conflict
  const stays = plan.schema.state === 'forward' ? 'Volumes and the schema stay.' : 'Volumes stay.'
  return `${plural(changed, 'changed object')} ${changed === 1 ? 'returns' : 'return'} to what they were, ${create} created ${create === 1 ? 'one is' : 'ones are'} deleted. ${stays}`
}
