import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { fault, type Fault, type Scope } from '#shared/contract/base.ts'
import { JsonLines, type JournalHooks } from '../jsonLines.ts'
import { scopeFolder } from '../scopeFolder.ts'
import { releaseSchema } from './release.ts'

const runId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,30}$/)

const begun = z.object({
  event: z.literal('begun'),
  at: z.number(),
  /** The release's name: it names the run too. */
  id: runId,
  cluster: z.string(),
  namespace: z.string(),
  version: z.string(),
  profile: z.string(),
  registry: z.string(),
  by: z.string(),
  /** What was installed before; null for the first deployment. */
  previous: releaseSchema.nullable(),
})
const line = z.discriminatedUnion('event', [
  begun,
  /** Written before the object is applied: what did not exist then is deleted by undo. */
  z.object({ event: z.literal('object'), at: z.number(), object: z.string(), existed: z.boolean() }),
  z.object({
    event: z.literal('stage'),
    at: z.number(),
    stage: z.string(),
    state: z.enum(['started', 'done', 'failed']),
    fault: fault.optional(),
  }),
  z.object({ event: z.literal('ended'), at: z.number(), state: z.enum(['done', 'undone']) }),
])
type Line = z.infer<typeof line>

export interface RunView extends Omit<z.infer<typeof begun>, 'event'> {
  doneStages: ReadonlySet<string>
  /** The stage it stopped at; empty before the first. */
  stage: string
  fault: Fault | null
  /** Ids of objects that the run made. */
  created: ReadonlySet<string>
  ended: 'done' | 'undone' | undefined
}

/** The journal of one deployment. */
export class RunJournal {
  readonly #lines: JsonLines<Line>
  readonly #now: () => number

  constructor(path: string, now: () => number, hooks: JournalHooks = {}) {
    this.#lines = new JsonLines(path, line, hooks)
    this.#now = now
  }

  get exists(): boolean {
    return this.#lines.exists
  }

  begin(facts: Omit<z.infer<typeof begun>, 'event' | 'at'>): void {
    this.#lines.append({ event: 'begun', at: this.#now(), ...facts })
  }

  object(id: string, existed: boolean): void {
    this.#lines.append({ event: 'object', at: this.#now(), object: id, existed })
  }

  stage(stage: string, state: 'started' | 'done' | 'failed', reason?: Fault): void {
    this.#lines.append({ event: 'stage', at: this.#now(), stage, state, ...(reason && { fault: reason }) })
  }

  end(state: 'done' | 'undone'): void {
    this.#lines.append({ event: 'ended', at: this.#now(), state })
  }

  read(): RunView | undefined {
    const [first, ...rest] = this.#lines.read()
    if (first?.event !== 'begun') return undefined
    const { event: _event, ...facts } = first
    const doneStages = new Set<string>()
    const existed = new Map<string, boolean>()
    let [stage, reason, ended]: [string, Fault | null, RunView['ended']] = ['', null, undefined]
    for (const entry of rest) {
      // The first word about an object counts: a resumed run finds its own objects there.
      if (entry.event === 'object' && !existed.has(entry.object)) existed.set(entry.object, entry.existed)
      if (entry.event === 'ended') ended = entry.state
      if (entry.event !== 'stage') continue
      stage = entry.stage
      reason = entry.fault ?? null
      if (entry.state === 'done') doneStages.add(stage)
    }
    const created = new Set([...existed].filter(([, was]) => !was).map(([id]) => id))
    return { ...facts, doneStages, stage, fault: reason, created, ended }
  }
}

/** `<data>/deployments/<cluster>/<namespace>/<run>.jsonl` */
export class RunJournals {
  readonly #root: string
  readonly #now: () => number
  readonly #hooks: JournalHooks

  constructor(dataDirectory: string, now: () => number, hooks: JournalHooks = {}) {
    this.#root = join(dataDirectory, 'deployments')
    this.#now = now
    this.#hooks = hooks
  }

  of(scope: Scope, id: string): RunJournal {
    return new RunJournal(join(scopeFolder(this.#root, scope), `${runId.parse(id)}.jsonl`), this.#now, this.#hooks)
  }

  /** The run begun last, ended or not. */
  newest(scope: Scope): RunView | undefined {
    const folder = scopeFolder(this.#root, scope)
    if (!existsSync(folder)) return undefined
    const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
    return names
      .flatMap((name) => this.of(scope, name.replace(/\.jsonl$/, '')).read() ?? [])
      .sort((a, b) => b.at - a.at)[0]
  }
}
