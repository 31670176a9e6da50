import { sampleClusterOf } from './sampleData.ts'
import { implement, ORPCError } from '@orpc/server'
import { contract } from '#shared/contract/index.ts'
import type { Impact } from '#shared/contract/changes.ts'
import type { ConfigurationRow, EditableKind } from '#shared/contract/configuration.ts'
import {
  sampleAccounts,
  sampleCertificates,
  sampleConfiguration,
  sampleMigrations,
  type SampleObject,
} from './sampleConfiguration.ts'
import type { SampleTasks } from './sampleTasks.ts'
import { sampleDetail, sampleImpact } from './sampleWorkloads.ts'

/** What a test wants to be different about the operations. */
export interface OperationsScene {
  /** Somebody else changes an object just before it is saved. */
  isContested?: boolean
  isForbidden?: boolean
  isEmpty?: boolean
}

type Note = (name: string, input?: unknown) => void

/** Rollouts, configuration, accounts, certificates and migrations, answered from memory. */
const usersOf = ({ usedBy }: ConfigurationRow) => (usedBy.state === 'known' ? usedBy.value : [])

export function sampleOperations(scene: OperationsScene, note: Note, tasks: SampleTasks) {
  const os = implement(contract)
  const objects = scene.isEmpty ? [] : sampleConfiguration()
  let isContested = scene.isContested ?? false

  const find = (kind: string, name: string): SampleObject => {
    const found = objects.find(({ row }) => row.kind === kind && row.name === name)
    if (!found) throw new ORPCError('NOT_FOUND', { message: `${kind} ${name} does not exist.` })
    return found
  }
  const allow = () => {
    if (scene.isForbidden) {
      throw new ORPCError('FORBIDDEN', {
        message: 'Your account may not list configmaps in agency-swarm. Ask for the role agency-swarm-admin.',
      })
    }
  }
  const impact = (changes: Impact['changes'], readers: readonly string[]): Impact => ({
    effects:
      readers.length === 0
        ? ['Nothing restarts.']
        : [`${readers.join(', ')} read it when they start: they must restart to take it over.`],
    warnings: [],
    changes,
    undo: 'The current version is kept. Undo restores it.',
    canUndo: true,
  })

  return {
    rollouts: {
      detail: os.rollouts.detail.handler(({ input }) => sampleDetail(input.kind, input.name)),
      impact: os.rollouts.impact.handler(({ input }) => {
        note('rollouts.impact', input)
        return sampleImpact(input.name, input.change)
      }),
      change: os.rollouts.change.handler(({ input }) => {
        note('rollouts.change', input)
        const taskId = tasks.start({
          kind: 'rollout',
          cluster: sampleClusterOf(input.context),
          namespace: input.namespace,
          title: `${input.change.do} of ${input.name}`,
          steps: ['Change the workload', 'Wait for its pods'],
          result: { previousRevision: '17' },
        })
        return { taskId }
      }),
    },
    configuration: {
      list: os.configuration.list.handler(() => {
        allow()
        const ofKind = (kind: EditableKind) => ({
          state: 'known' as const,
          value: objects.filter(({ row }) => row.kind === kind).map(({ row }) => row),
        })
        return {
          ConfigMap: ofKind('ConfigMap'),
          Secret: ofKind('Secret'),
          HorizontalPodAutoscaler: ofKind('HorizontalPodAutoscaler'),
          ResourceQuota: ofKind('ResourceQuota'),
          LimitRange: ofKind('LimitRange'),
        }
      }),
      detail: os.configuration.detail.handler(({ input }) => {
        const { row, resourceVersion, data, yaml } = find(input.kind, input.name)
        const isSecret = row.kind === 'Secret'
        return {
          row,
          resourceVersion,
          keys: Object.entries(data).map(([key, value]) => ({
            key,
            value: isSecret ? '' : value,
            bytes: value.length,
            isBinary: false,
          })),
          yaml,
        }
      }),
      reveal: os.configuration.reveal.handler(({ input }) => {
        note('configuration.reveal', input)
        return { value: find('Secret', input.name).data[input.key] ?? '', isBinary: false }
      }),
      impact: os.configuration.impact.handler(({ input }) => {
        note('configuration.impact', input)
        const { row, data, yaml } = find(input.kind, input.name)
        const { edit } = input
        if (edit.of === 'spec') {
          return impact([{ path: 'spec', before: yaml, after: edit.yaml, effect: '' }], [])
        }
        const mask = (value: string | undefined) => (value === undefined ? '' : row.kind === 'Secret' ? '•••' : value)
        const changes = [
          ...Object.entries(edit.set).map(([key, value]) => ({
            path: `data[${key}]`,
            before: mask(data[key]),
            after: mask(value),
            effect: '',
          })),
          ...edit.remove.map((key) => ({ path: `data[${key}]`, before: mask(data[key]), after: '', effect: '' })),
        ]
        return impact(changes, usersOf(row))
      }),
      change: os.configuration.change.handler(({ input }) => {
        note('configuration.change', input)
        const object = find(input.kind, input.name)
        if (isContested) {
          isContested = false
          object.resourceVersion = String(Number(object.resourceVersion) + 1)
          object.row = { ...object.row, changedBy: 'kubectl-edit', changedAt: Date.now() }
          if (input.edit.of === 'keys') object.data = { ...object.data, THEIRS: 'by somebody else' }
        }
        if (object.resourceVersion !== input.resourceVersion) {
          throw new ORPCError('CONFLICT', { message: 'It has been changed since you began. Nothing was written.' })
        }
        if (input.edit.of === 'spec') object.yaml = input.edit.yaml
        else {
          const { remove } = input.edit
          const kept = Object.entries(object.data).filter(([key]) => !remove.includes(key))
          object.data = { ...Object.fromEntries(kept), ...input.edit.set }
        }
        object.resourceVersion = String(Number(object.resourceVersion) + 1)
        object.row = {
          ...object.row,
          keys: Object.keys(object.data),
          previousAt: { state: 'known', value: Date.now() },
          changedAt: Date.now(),
        }
      }),
      undo: os.configuration.undo.handler(({ input }) => note('configuration.undo', input)),
      restartReaders: os.configuration.restartReaders.handler(({ input }) => {
        note('configuration.restartReaders', input)
        const taskId = tasks.start({
          kind: 'rollout',
          cluster: sampleClusterOf(input.context),
          namespace: input.namespace,
          title: `Restart the readers of ${input.name}`,
          steps: usersOf(find(input.kind, input.name).row),
          result: {},
        })
        return { taskId }
      }),
    },
    accounts: {
      list: os.accounts.list.handler(() => (scene.isEmpty ? [] : sampleAccounts())),
      createToken: os.accounts.createToken.handler(({ input }) => {
        note('accounts.createToken', input)
        return { token: 'sample-only.token.AbCdEf', expiresAt: Date.now() + input.seconds * 1000 }
      }),
    },
    certificates: { list: os.certificates.list.handler(() => (scene.isEmpty ? [] : sampleCertificates())) },
    migrations: {
      status: os.migrations.status.handler(() =>
        scene.isEmpty
          ? { applied: [], pending: [], undo: 'No migration has been applied.', canUndo: false }
          : sampleMigrations(),
      ),
      run: os.migrations.run.handler(({ input }) => {
        note('migrations.run', input)
        const taskId = tasks.start({
          kind: 'migrate',
          cluster: sampleClusterOf(input.context),
          namespace: input.namespace,
          title: 'Migrate the database',
          steps: ['Back up the database', 'Run the migrations', 'Check tables, indexes and constraints'],
          result: {},
        })
        return { taskId }
      }),
      undo: os.migrations.undo.handler(({ input }) => {
        note('migrations.undo', input)
        const taskId = tasks.start({
          kind: 'undoMigration',
          cluster: sampleClusterOf(input.context),
          namespace: input.namespace,
          title: 'Undo the newest migration',
          steps: ['Back up the database', 'Take the migration back', 'Check tables, indexes and constraints'],
          result: {},
        })
        return { taskId }
      }),
    },
  }
}
