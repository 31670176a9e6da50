import type { Scope } from '#shared/contract/base.ts'
import type { DataChoice, UninstallPlan } from '#shared/contract/uninstall.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { StepControl } from '../../tasks/tasks.ts'
import type { DeploymentsNeeds } from '../needs.ts'
import { currentOf } from '../releases/record.ts'
import { ReleaseStore } from '../releases/store.ts'
import { takeInventory, type Inventory } from './inventory.ts'
import { missingRights, planOf } from './plan.ts'
import { uninstallSteps, uninstallSuite } from './run.ts'

/** A list is of its moment; the run compares it with the cluster once more. */
const planLifetime = 3_600_000

/** What uninstalling needs beyond deployments: what this workstation knows of the suite's data. */
export interface UninstallNeeds extends Pick<DeploymentsNeeds, 'directory' | 'leases' | 'tasks' | 'takeSafetyBackup'> {
  host: Pick<DeploymentsNeeds['host'], 'user' | 'now'>
  /** Restores of this suite whose way back is open. */
  openRestores: (scope: Scope) => UninstallPlan['openRestores']
  /** Backups of this suite on this workstation. */
  backupsOf: (scope: Scope) => Promise<UninstallPlan['backups']>
}

export interface UninstallChoices {
  data: DataChoice
  typedNamespace: string
  endsRestores: boolean
  safetyBackup: boolean
}

/** Takes a suite out of a cluster: everything of it is listed first, then deleted under the suite's lease. */
export class Uninstall {
  readonly #needs: UninstallNeeds
  readonly #plans = new Map<string, { scope: Scope; plan: UninstallPlan }>()

  constructor(needs: UninstallNeeds) {
    this.#needs = needs
    // What is left of an interrupted one is told by a new list.
    needs.tasks.explain(['uninstall'], () => Promise.resolve({ offers: [] }))
  }

  /** @throws ConsoleError NOT_FOUND where nothing of a suite is there */
  async plan(scope: Scope, signal?: AbortSignal): Promise<UninstallPlan> {
    const connection = await this.#needs.directory.connection(scope.context)
    const records = await new ReleaseStore(connection, scope.namespace).list(signal)
    const inventory = await takeInventory(connection, scope.namespace, records, signal)
    if (inventory.own.length + inventory.clusterScoped.length === 0 && inventory.unread.length === 0)
      throw new ConsoleError('NOT_FOUND', `Nothing of the suite is in ${scope.namespace}.`)
    const blockers = await missingRights(connection, inventory, scope.namespace, signal)
    const plan = planOf(inventory, blockers, {
      namespace: scope.namespace,
      version: currentOf(records)?.version,
      openRestores: this.#needs.openRestores(scope),
      backups: await this.#needs.backupsOf(scope),
      now: this.#needs.host.now(),
    })
    this.#plans.set(plan.id, { scope, plan })
    return plan
  }

  /** @throws ConsoleError EXPIRED, CONFIRMATION_REQUIRED, FORBIDDEN with what may not be deleted, BUSY */
  async start(scope: Scope, planId: string, choices: UninstallChoices): Promise<{ taskId: string }> {
    const plan = this.#usable(scope, planId)
    this.#check(scope, plan, choices)
    const { directory, leases, tasks, host } = this.#needs
    const connection = await directory.connection(scope.context)
    const title = `Uninstall the suite from ${scope.namespace}`
    const hold = await leases.hold(scope, title)
    const job = {
      connection,
      plan,
      hold,
      data: choices.data,
      look: (signal: AbortSignal): Promise<Inventory> => this.#look(scope, signal),
      takeSafetyBackup: choices.safetyBackup
        ? (step: StepControl, signal: AbortSignal) =>
            this.#needs.takeSafetyBackup(scope, `Before the suite is uninstalled from ${scope.namespace}`, step, signal)
        : undefined,
    }
    try {
      const started = tasks.start(
        { kind: 'uninstall', scope, title, by: host.user, steps: uninstallSteps(job) },
        async (control) => {
          try {
            await uninstallSuite(job, control)
          } finally {
            await hold.release()
          }
        },
      )
      this.#plans.delete(planId)
      return started
    } catch (thrown) {
      await hold.release()
      throw thrown
    }
  }

  async #look({ context, namespace }: Scope, signal: AbortSignal): Promise<Inventory> {
    const connection = await this.#needs.directory.connection(context)
    const records = await new ReleaseStore(connection, namespace).list(signal)
    return takeInventory(connection, namespace, records, signal)
  }

  #usable(scope: Scope, planId: string): UninstallPlan {
    const kept = this.#plans.get(planId)
    const isHere = kept?.scope.context === scope.context && kept.scope.namespace === scope.namespace
    if (isHere && this.#needs.host.now() - kept.plan.madeAt <= planLifetime) return kept.plan
    throw new ConsoleError('EXPIRED', 'This list is older than an hour, or of another suite. Make a new one.')
  }

  #check(scope: Scope, plan: UninstallPlan, { typedNamespace, endsRestores }: UninstallChoices): void {
    if (typedNamespace !== scope.namespace)
      throw new ConsoleError(
        'CONFIRMATION_REQUIRED',
        `Type ${scope.namespace} to confirm that its suite is uninstalled.`,
      )
    const [blocker] = plan.blockers
    if (blocker) throw new ConsoleError('FORBIDDEN', blocker.message, blocker.details)
    // Asked again: a restore may have been made since the list.
    const open = this.#needs.openRestores(scope)
    if (open.length > 0 && !endsRestores)
      throw new ConsoleError(
        'CONFIRMATION_REQUIRED',
        `The way back of ${open.length === 1 ? 'a restore' : `${open.length} restores`} is still open: ${open.map(({ id }) => id).join(', ')}. Undo or keep it under Backups, or confirm that its way back ends.`,
        { restores: open.map(({ id }) => id) },
      )
  }
}
