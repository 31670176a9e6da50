import { randomBytes } from 'node:crypto'
import type { Scope } from '#shared/contract/base.ts'
import type { DeployStatus, Plan } from '#shared/contract/deploy.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { ClusterDirectory } from '../directory.ts'
import type { Host } from '../host.ts'
import type { JournalHooks } from '../jsonLines.ts'
import type { ClusterConnection } from '../kube/index.ts'
import type { TaskControl, TaskDescription, Tasks } from '../tasks/tasks.ts'
import { loadBundle, type Bundle } from './bundle/index.ts'
import { makePlan, renderFor } from './plan.ts'
import { readRelease } from './release.ts'
import { stageTitle } from './stages.ts'
import { requireNamespace, runStages, runSteps, type RunJob } from './run.ts'
import { RunJournals, type RunJournal, type RunView } from './runJournal.ts'
import { undoRun, undoSteps } from './undo.ts'

export interface DeploymentsNeeds {
  tasks: Tasks
  directory: ClusterDirectory
  host: Pick<Host, 'dataDirectory' | 'resourcesDirectory' | 'user' | 'version' | 'now'>
  /** Registry of the images with a trailing slash; empty leaves the profile's. */
  imageRegistry: () => string
  /** For tests, which end the process around the lines of the journal. */
  journalHooks?: JournalHooks
}

interface KeptPlan {
  plan: Plan
  scope: Scope
  release: string
  registry: string
}

/** A plan is of its moment; an hour later the cluster is another. */
const planLifetime = 3_600_000

/** Deployments of the suite: planned, run in stages, resumed, undone. */
export class Deployments {
  readonly #needs: DeploymentsNeeds
  readonly #journals: RunJournals
  readonly #plans = new Map<string, KeptPlan>()
  #bundle: Promise<Bundle> | undefined

  constructor(needs: DeploymentsNeeds) {
    this.#needs = needs
    this.#journals = new RunJournals(needs.host.dataDirectory, () => needs.host.now(), needs.journalHooks)
  }

  async status(scope: Scope, signal?: AbortSignal): Promise<DeployStatus> {
    const { profiles } = await this.#loadBundle()
    const installed = await readRelease(await this.#needs.directory.connection(scope.cluster), scope.namespace, signal)
    const run = this.#isRunning(scope) ? undefined : this.#journals.newest(scope)
    const unfinished = run?.ended === undefined ? run : undefined
    return {
      installed: installed && {
        version: installed.version,
        profile: installed.profile,
        at: installed.at,
        by: installed.by,
      },
      unfinished: unfinished
        ? {
            id: unfinished.id,
            version: unfinished.version,
            stage: stageTitle(unfinished.stage),
            fault: unfinished.fault,
            at: unfinished.at,
          }
        : null,
      profiles: profiles.map(({ id, title }) => ({ id, title })),
      versions: [...new Set([this.#needs.host.version, ...(installed ? [installed.version] : [])])],
    }
  }

  async plan(scope: Scope, profile: string, version: string, signal?: AbortSignal): Promise<Plan> {
    const connection = await this.#needs.directory.connection(scope.cluster)
    const now = this.#needs.host.now()
    const release = releaseName(now)
    const registry = this.#needs.imageRegistry()
    const plan = await makePlan(connection, await this.#loadBundle(), {
      ...scope,
      profile,
      version,
      release,
      registry,
      now,
      ...(signal && { signal }),
    })
    for (const [id, kept] of this.#plans) if (now - kept.plan.madeAt > planLifetime) this.#plans.delete(id)
    this.#plans.set(plan.id, { plan, scope, release, registry })
    return plan
  }

  /** @throws ConsoleError EXPIRED, BUSY, and the plan's first blocker */
  async apply(scope: Scope, planId: string): Promise<{ taskId: string }> {
    const kept = this.#plans.get(planId)
    const isUsable = kept?.scope.cluster === scope.cluster && kept.scope.namespace === scope.namespace
    if (!isUsable || this.#needs.host.now() - kept.plan.madeAt > planLifetime) {
      throw new ConsoleError(
        'EXPIRED',
        'This plan is too old, or of another place. Make a new one; nothing was changed.',
      )
    }
    const [blocker] = kept.plan.blockers
    if (blocker)
      throw new ConsoleError('DEPLOY_FAILED', `The plan cannot be applied. ${blocker.message}`, {
        blockers: kept.plan.blockers,
      })
    this.#refuseSecond(scope)
    const connection = await this.#needs.directory.connection(scope.cluster)
    await requireNamespace(connection, scope.namespace)
    const { profile, version } = kept.plan
    const { release, registry } = kept
    const previous = await readRelease(connection, scope.namespace)
    this.#refuseSecond(scope)
    this.#plans.delete(planId)
    const earlier = this.#journals.newest(scope)
    const journal = this.#journals.of(scope, release)
    journal.begin({ id: release, ...scope, version, profile, registry, by: this.#needs.host.user, previous })
    // What a run that never ended made is this run's to take back.
    if (earlier?.ended === undefined) for (const object of earlier?.created ?? []) journal.object(object, false)
    return this.#run(scope, journal, connection, `Deploy ${version}`)
  }

  async resume(scope: Scope, runId: string): Promise<{ taskId: string }> {
    this.#refuseSecond(scope)
    const { journal, view } = this.#unfinished(scope, runId)
    const connection = await this.#needs.directory.connection(scope.cluster)
    await requireNamespace(connection, scope.namespace)
    return this.#run(scope, journal, connection, `Resume the deployment of ${view.version}`)
  }

  /** Takes back the newest run, ended or not. @throws ConsoleError BAD_INPUT, NOT_FOUND, BUSY */
  async undo(scope: Scope, runId: string): Promise<{ taskId: string }> {
    this.#refuseSecond(scope)
    const newest = this.#journals.newest(scope)
    if (newest && newest.id !== runId) {
      throw new ConsoleError(
        'BAD_INPUT',
        'Another deployment came after this one. Undo that one first; nothing was changed.',
      )
    }
    if (newest?.ended === 'undone') throw new ConsoleError('BAD_INPUT', 'This deployment was undone already.')
    const journal = this.#journals.of(scope, runId)
    const connection = await this.#needs.directory.connection(scope.cluster)
    const job = await this.#job(scope, journal, connection)
    return this.#start(scope, 'undeploy', `Undo the deployment of ${job.view.version}`, undoSteps, (control) =>
      undoRun(job, control),
    )
  }

  async #run(
    scope: Scope,
    journal: RunJournal,
    connection: ClusterConnection,
    title: string,
  ): Promise<{ taskId: string }> {
    const job = await this.#job(scope, journal, connection)
    return this.#start(scope, 'deploy', title, runSteps(job.stages), (control) => runStages(job, control))
  }

  async #job(scope: Scope, journal: RunJournal, connection: ClusterConnection): Promise<RunJob> {
    const view = journal.exists ? journal.read() : undefined
    if (!view) throw new ConsoleError('NOT_FOUND', 'This console has no record of that deployment.')
    const { profile, version, registry, id: release } = view
    const request = { profile, version, registry, release, namespace: scope.namespace }
    const stages = await renderFor(connection, await this.#loadBundle(), request, false)
    return { connection, scope, stages, journal, view, now: () => this.#needs.host.now() }
  }

  #unfinished(scope: Scope, runId: string): { journal: RunJournal; view: RunView } {
    const journal = this.#journals.of(scope, runId)
    const view = journal.exists ? journal.read() : undefined
    if (!view) throw new ConsoleError('NOT_FOUND', 'This console has no record of that deployment.')
    if (view.ended) throw new ConsoleError('BAD_INPUT', 'This deployment has ended; there is nothing to resume.')
    return { journal, view }
  }

  #start(
    scope: Scope,
    kind: 'deploy' | 'undeploy',
    title: string,
    steps: TaskDescription['steps'],
    run: (control: TaskControl) => Promise<void>,
  ): { taskId: string } {
    const { cluster, namespace } = scope
    return this.#needs.tasks.start({ kind, cluster, namespace, title, by: this.#needs.host.user, steps }, run)
  }

  #isRunning({ cluster, namespace }: Scope): boolean {
    return this.#needs.tasks.running(['deploy', 'undeploy'], cluster, namespace) !== undefined
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

/** Fits the pattern of the value `release`: lower case, at most 32 characters; it is part of a Job's name. */
function releaseName(now: number): string {
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  return `${time}-${randomBytes(2).toString('hex')}`
}
