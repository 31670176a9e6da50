import type { Scope } from '#shared/contract/base.ts'
import type { DeployStatus, ValueFault } from '#shared/contract/deploy.ts'
import type { Plan } from '#shared/contract/plan.ts'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import type { ClusterConnection } from '../../kube/index.ts'
import type { SuiteHold } from '../../objects/suiteLeases.ts'
import type { Standing } from '../tasks/interrupted.ts'
import type { Task, TaskControl, TaskDescription } from '../tasks/tasks.ts'
import { checkValues, loadBundle, type Bundle } from '#shared/bundle/index.ts'
import { checkPruned, decide, type Decision } from './decisions.ts'
import type { DeploymentsNeeds } from './needs.ts'
import { autoscaledIds, isAutoscaler, readFacts, requireAutoscalers } from './plan/clusterFacts.ts'
import { rulesFor } from './plan/plan.ts'
import { fingerprint, planFromBundle, planFromRecord, type KeptPlan, type Wanted } from './planning.ts'
import { deployKinds, finishing, standingOf, undoing } from './interrupted.ts'
import {
  currentOf,
  digestOf,
  objectsOf,
  packContent,
  unfinishedOf,
  withoutSecretValues,
  type ReleaseRecord,
} from './releases/record.ts'
import { ReleaseStore } from './releases/store.ts'
import { renderedAgain, withSecretValues } from './rendering.ts'
import { runSteps, writeProgress, type RunJob } from './run/job.ts'
import { prepareNamespace, requireNamespace } from './run/namespace.ts'
import { runStages } from './run/runStages.ts'
import { undoRun, undoSteps } from './run/undo.ts'

/** A plan is of its moment; an hour later the cluster is another. */
const planLifetime = 3_600_000

export interface Choices {
  decisions?: readonly Decision[]
  /** Ids of what is deleted in the end. */
  prune?: readonly string[]
  safetyBackup?: boolean
}

interface Started {
  taskId: string
}

/** Deployments of the suite: planned, run in stages, resumed, undone. What they are is recorded in the cluster. */
export class Deployments {
  readonly #needs: DeploymentsNeeds
  readonly #plans = new Map<string, KeptPlan>()
  #bundle: Promise<Bundle> | undefined

  constructor(needs: DeploymentsNeeds) {
    this.#needs = needs
    needs.tasks.explain(deployKinds, (task) => this.#standingOf(task))
  }

  async status(scope: Scope, signal?: AbortSignal): Promise<DeployStatus> {
    const { profiles } = await this.#loadBundle()
    const { store } = await this.#open(scope)
    const records = await store.list(signal)
    const [current, unfinished] = [currentOf(records), this.#isRunning(scope) ? undefined : unfinishedOf(records)]
    const isElsewhere = unfinished ? await this.#isElsewhere(scope, signal) : null
    return {
      installed: current
        ? {
            id: current.id,
            version: current.version,
            profile: current.profile,
            values: current.values,
            at: current.endedAt ?? current.startedAt,
            by: current.by,
          }
        : null,
      unfinished: unfinished
        ? {
            id: unfinished.id,
            version: unfinished.version,
            stage: unfinished.stage,
            fault: unfinished.fault,
            at: unfinished.startedAt,
            by: unfinished.by,
            isElsewhere,
          }
        : null,
      profiles: profiles.map(({ id, title }) => ({ id, title })),
      versions: [...new Set([this.#needs.host.version, ...records.map(({ version }) => version)])],
    }
  }

  async checkValues(
    profile: string,
    values: string,
  ): Promise<ReturnType<typeof checkValues> & { faults: ValueFault[] }> {
    return checkValues(await this.#loadBundle(), profile, values)
  }

  async plan(scope: Scope, wanted: Wanted, signal?: AbortSignal): Promise<Plan> {
    const planner = await this.#planner(scope, signal)
    return this.#keep(await planFromBundle(planner, await this.#loadBundle(), wanted))
  }

  /** @throws ConsoleError NOT_FOUND, BAD_INPUT */
  async planRollback(scope: Scope, releaseId: string, signal?: AbortSignal): Promise<Plan> {
    return this.#keep(await planFromRecord(await this.#planner(scope, signal), releaseId))
  }

  /** @throws ConsoleError EXPIRED, BUSY, BAD_INPUT, DEPLOY_FAILED with the plan's first blocker or its undecided conflicts */
  async apply(scope: Scope, planId: string, choices: Choices = {}): Promise<Started> {
    const kept = this.#usable(scope, planId)
    const { plan, content } = kept
    const [blocker] = plan.blockers
    if (blocker) {
      const details = { blockers: plan.blockers }
      throw new ConsoleError('DEPLOY_FAILED', `The plan cannot be applied. ${blocker.message}`, details)
    }
    const decided = decide(plan, content.kept, choices.decisions ?? [])
    checkPruned(plan, choices.prune ?? [])
    packContent(content)
    this.#refuseSecond(scope)
    const { connection, store } = await this.#open(scope)
    await prepareNamespace(connection, scope.namespace, objectsOf(content))
    return this.#holding(scope, titleOf(plan), async (held) => {
      const records = await store.list()
      if (fingerprint(records) !== kept.seen)
        throw new ConsoleError(
          'EXPIRED',
          'Another deployment was made here after this plan. Make a new one; nothing was changed.',
        )
      this.#plans.delete(planId)
      const record = this.#newRecord(kept, records, decided, choices)
      const unfinished = unfinishedOf(records)
      if (unfinished?.state === 'applying')
        await store.update(unfinished, { state: 'stopped', endedAt: this.#needs.host.now() })
      await store.create(record)
      this.#needs.onRecorded?.(record)
      return this.#run(scope, await this.#job(connection, scope, store, record), titleOf(record), held)
    })
  }

  /** @throws ConsoleError NOT_FOUND, BAD_INPUT, BUSY */
  async resume(scope: Scope, runId: string): Promise<Started> {
    this.#refuseSecond(scope)
    const { connection, store } = await this.#open(scope)
    await requireNamespace(connection, scope.namespace)
    return this.#holding(scope, 'Resume a deployment', async (held) => {
      const records = await store.list()
      const record = recordNamed(records, runId)
      if (record !== unfinishedOf(records))
        throw new ConsoleError('BAD_INPUT', 'This deployment has ended; there is nothing to resume.')
      const job = await this.#job(connection, scope, store, record)
      await writeProgress(job, { state: 'applying', fault: null })
      return this.#run(scope, job, `Resume the deployment of ${record.version}`, held)
    })
  }

  /** Takes back the newest run, ended or not. @throws ConsoleError BAD_INPUT, NOT_FOUND, BUSY */
  async undo(scope: Scope, runId: string): Promise<Started> {
    this.#refuseSecond(scope)
    const { connection, store } = await this.#open(scope)
    return this.#holding(scope, 'Undo a deployment', async (held) => {
      const records = await store.list()
      const record = recordNamed(records, runId)
      if (record !== records[0])
        throw new ConsoleError(
          'BAD_INPUT',
          'Another deployment came after this one. Undo that one first; nothing was changed.',
        )
      if (record.state === 'undone') throw new ConsoleError('BAD_INPUT', 'This deployment was undone already.')
      const previous = records.find(({ id }) => id === record.previous)
      if (record.kind === 'adopt') return this.#forgetAdoption(scope, store, record, held)
      const job = { ...(await this.#job(connection, scope, store, record)), previous }
      const title = `Undo the deployment of ${record.version}`
      return this.#start(scope, 'undeploy', title, undoSteps, held, undoing(record), (control) => undoRun(job, control))
    })
  }

  /** An adoption changed nothing in the cluster, so taking it back does not either: what was adopted is drift again. */
  #forgetAdoption(scope: Scope, store: ReleaseStore, record: ReleaseRecord, held: SuiteHold): Started {
    const step = { id: 'record', title: 'Record the undo', group: 'safe' as const }
    return this.#start(scope, 'undeploy', 'Undo an adoption', [step], held, undoing(record), (control) =>
      control.step('record', async () => {
        await store.update(record, { state: 'undone', endedAt: this.#needs.host.now() }, control.signal)
      }),
    )
  }

  #newRecord(
    kept: KeptPlan,
    records: readonly ReleaseRecord[],
    { kept: fields, taken }: ReturnType<typeof decide>,
    { prune = [], safetyBackup = false }: Choices,
  ): ReleaseRecord {
    const { plan, content, release, registry, profile, version } = kept
    const stages = withoutSecretValues(content.stages)
    const resources = plan.stages.flatMap((stage) => stage.resources)
    return {
      ...content,
      ...{ id: release, profile, version, registry, stages, taken },
      kind: plan.rollbackTo === null ? 'deploy' : 'rollback',
      rollbackTo: plan.rollbackTo,
      kept: fields,
      by: this.#needs.host.user,
      startedAt: this.#needs.host.now(),
      previous: currentOf(records)?.id ?? null,
      digest: digestOf(stages),
      state: 'applying',
      stage: '',
      doneStages: [],
      fault: null,
      // What a run that never ended made is this run's to take back.
      created: unfinishedOf(records)?.created ?? [],
      replaced: resources.filter(({ action }) => action === 'replace').map(({ id }) => id),
      pruned: [...prune],
      wantsBackup: safetyBackup,
      backupId: '',
      schema: '',
    }
  }

  async #job(connection: ClusterConnection, scope: Scope, store: ReleaseStore, record: ReleaseRecord): Promise<RunJob> {
    const { namespace } = scope
    const { profile, version, values, registry, id: release } = record
    const request = { profile, version, values, registry, release, namespace }
    const rendered = record.kind === 'deploy' ? await renderedAgain(connection, await this.#loadBundle(), request) : []
    const stages = await withSecretValues(connection, namespace, record.stages, rendered)
    const facts = await readFacts(connection, namespace)
    requireAutoscalers(facts)
    const autoscalers = [...facts.autoscalers, ...objectsOf(record).filter(isAutoscaler)]
    return {
      ...{ connection, namespace, store, record, stages },
      rulesOf: rulesFor(record.kept, record.taken, autoscaledIds(autoscalers)),
      takeSafetyBackup: (step, signal) =>
        this.#needs.takeSafetyBackup(scope, `Before ${version} (${release})`, step, signal),
      newestMigration: () => this.#newestMigration(scope, record, store),
      now: () => this.#needs.host.now(),
      onRecorded: (changed) => this.#needs.onRecorded?.(changed),
    }
  }

  /** Where the database cannot be asked: that of the bundle when its Job has run, else what was there before. */
  async #newestMigration(scope: Scope, record: ReleaseRecord, store: ReleaseStore): Promise<string> {
    const applied = await this.#needs.appliedMigrations(scope)
    if (applied) return applied.at(-1) ?? ''
    if (objectsOf(record).some(({ kind }) => kind === 'Job')) return record.migrations.at(-1)?.name ?? ''
    return record.previous === null ? '' : ((await store.read(record.previous))?.schema ?? '')
  }

  #run(scope: Scope, job: RunJob, title: string, held: SuiteHold): Started {
    return this.#start(scope, 'deploy', title, runSteps(job.record), held, finishing(job.record), (control) =>
      runStages(job, control),
    )
  }

  /** Takes the lease for the task that `begin` starts, which gives it back; it is given back at once when none was started. */
  async #holding(scope: Scope, work: string, begin: (held: SuiteHold) => Promise<Started> | Started): Promise<Started> {
    const held = await this.#needs.leases.hold(scope, work)
    try {
      return await begin(held)
    } catch (thrown) {
      await held.release()
      throw thrown
    }
  }

  #start(
    scope: Scope,
    kind: 'deploy' | 'undeploy',
    title: string,
    steps: TaskDescription['steps'],
    held: SuiteHold,
    more: Pick<TaskDescription, 'result' | 'settles'>,
    run: (control: TaskControl) => Promise<void>,
  ): Started {
    this.#refuseSecond(scope)
    const by = this.#needs.host.user
    return this.#needs.tasks.start({ kind, scope, title, by, steps, ...more }, async (control) => {
      try {
        await run({ ...control, signal: AbortSignal.any([control.signal, held.lost]) })
      } finally {
        await held.release()
      }
    })
  }

  async #standingOf({ kind, context, namespace, result }: Task): Promise<Standing> {
    const scope = { context, namespace }
    const { store } = await this.#open(scope)
    return standingOf(kind, result['release'] ?? '', await store.list(), await this.#isElsewhere(scope))
  }

  /** @returns whether another console is at work here; null where the lease may not be read */
  async #isElsewhere(scope: Scope, signal?: AbortSignal): Promise<boolean | null> {
    try {
      return (await this.#needs.leases.elsewhere(scope, signal)) !== undefined
    } catch (thrown) {
      if (asConsoleError(thrown).code === 'FORBIDDEN') return null
      throw thrown
    }
  }

  #keep(kept: KeptPlan): Plan {
    const now = this.#needs.host.now()
    for (const [id, { plan }] of this.#plans) if (now - plan.madeAt > planLifetime) this.#plans.delete(id)
    this.#plans.set(kept.plan.id, kept)
    return kept.plan
  }

  #usable(scope: Scope, planId: string): KeptPlan {
    const kept = this.#plans.get(planId)
    const isHere = kept?.scope.context === scope.context && kept.scope.namespace === scope.namespace
    if (isHere && this.#needs.host.now() - kept.plan.madeAt <= planLifetime) return kept
    throw new ConsoleError('EXPIRED', 'This plan is too old, or of another place. Make a new one; nothing was changed.')
  }

  async #planner(scope: Scope, signal?: AbortSignal) {
    const { connection, store } = await this.#open(scope)
    return { connection, scope, records: await store.list(signal), needs: this.#needs, signal }
  }

  async #open(scope: Scope): Promise<{ connection: ClusterConnection; store: ReleaseStore }> {
    const connection = await this.#needs.directory.connection(scope.context)
    return { connection, store: new ReleaseStore(connection, scope.namespace) }
  }

  #isRunning(scope: Scope): boolean {
    return this.#needs.tasks.running(deployKinds, scope) !== undefined
  }

  #refuseSecond(scope: Scope): void {
    if (this.#isRunning(scope))
      throw new ConsoleError('BUSY', 'A deployment is running here. Wait for it, or stop it first.')
  }

  #loadBundle(): Promise<Bundle> {
    this.#bundle ??= loadBundle(this.#needs.host.resourcesDirectory)
    return this.#bundle
  }
}

const titleOf = ({ version, rollbackTo }: { version: string; rollbackTo: string | null }) =>
  rollbackTo === null ? `Deploy ${version}` : `Roll back to ${version}`

function recordNamed(records: readonly ReleaseRecord[], id: string): ReleaseRecord {
  const record = records.find((each) => each.id === id)
  if (record) return record
  throw new ConsoleError('NOT_FOUND', 'The cluster has no record of that deployment.')
}
