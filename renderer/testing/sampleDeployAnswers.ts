import { sampleClusterOf } from './sampleData.ts'
import { implement } from '@orpc/server'
import type { DeployStatus, ValueFault } from '#shared/contract/deploy.ts'
import type { Plan } from '#shared/contract/plan.ts'
import type { DriftReport } from '#shared/contract/drift.ts'
import type { ReleaseRow } from '#shared/contract/releases.ts'
import { contract } from '#shared/contract/index.ts'
import { sampleDeploy, sampleDifference, sampleKnown, samplePlan, sampleRun } from './sampleDeploy.ts'
import { sampleDrift, sampleReleases } from './sampleReleases.ts'
import type { SampleTasks } from './sampleTasks.ts'
import { sampleUninstall } from './sampleUninstall.ts'

/** What a test wants to be different about the suite's deployment. */
export interface DeployScene {
  status?: DeployStatus
  plan?: Plan
  releases?: ReleaseRow[]
  drift?: DriftReport
  /** What is wrong with a values file; nothing by itself. */
  faultsOf?: (text: string) => ValueFault[]
}

/**
 * Deploy, releases and drift from invented data. What was reverted or adopted is gone with the next check.
 * A deployment that is started stands in its fifth stage and stays there.
 * @param note keeps what the page asked for
 */
export function deployAnswers(scene: DeployScene, note: (name: string, input: unknown) => void, tasks: SampleTasks) {
  const os = implement(contract)
  let report = scene.drift ?? sampleDrift()
  const settle = (ids: readonly string[]) => {
    report = { ...report, checkedAt: Date.now(), objects: report.objects.filter(({ id }) => !ids.includes(id)) }
  }
  const plan = () => scene.plan ?? samplePlan()
  return {
    deploy: {
      status: os.deploy.status.handler(() => scene.status ?? sampleDeploy()),
      checkValues: os.deploy.checkValues.handler(({ input }) => {
        note('deploy.checkValues', input)
        return { faults: scene.faultsOf?.(input.values) ?? [], known: sampleKnown }
      }),
      plan: os.deploy.plan.handler(({ input }) => {
        note('deploy.plan', input)
        return { ...plan(), version: input.version, profile: input.profile, values: input.values }
      }),
      planRollback: os.deploy.planRollback.handler(({ input }) => {
        note('deploy.planRollback', input)
        const row = (scene.releases ?? sampleReleases()).find(({ id }) => id === input.releaseId)
        const schema = row?.back ?? plan().schema
        return { ...plan(), rollbackTo: input.releaseId, version: row?.version ?? '', schema }
      }),
      apply: os.deploy.apply.handler(({ input }) => {
        note('deploy.apply', input)
        tasks.publish(sampleRun({ cluster: sampleClusterOf(input.context), namespace: input.namespace }))
        return { taskId: 'run-1' }
      }),
      resume: os.deploy.resume.handler(({ input }) => {
        note('deploy.resume', input)
        return { taskId: 'run-1' }
      }),
      undo: os.deploy.undo.handler(({ input }) => {
        note('deploy.undo', input)
        return { taskId: 'run-1' }
      }),
    },
    releases: {
      list: os.releases.list.handler(() => scene.releases ?? sampleReleases()),
      detail: os.releases.detail.handler(({ input }) => {
        const rows = scene.releases ?? sampleReleases()
        const row = rows.find(({ id }) => id === input.releaseId) ?? rows[0]
        if (!row) throw new Error('There is no release.')
        return {
          row,
          values: scene.status?.installed?.values ?? sampleDeploy().installed?.values ?? '',
          images: [`agency-swarm/suite:${row.version}`, 'pgvector/pgvector:pg17', 'redis:8'],
          objects: 31,
        }
      }),
      difference: os.releases.difference.handler(({ input }) => {
        note('releases.difference', input)
        return sampleDifference
      }),
    },
    uninstall: {
      plan: os.uninstall.plan.handler(({ input }) => ({ ...sampleUninstall, namespace: input.namespace })),
      start: os.uninstall.start.handler(({ input }) => {
        note('uninstall.start', input)
        return { taskId: 'uninstall-1' }
      }),
    },
    drift: {
      check: os.drift.check.handler(() => report),
      revert: os.drift.revert.handler(({ input }) => {
        note('drift.revert', input)
        settle(input.ids)
      }),
      adopt: os.drift.adopt.handler(({ input }) => {
        note('drift.adopt', input)
        settle(input.ids)
      }),
    },
  }
}
