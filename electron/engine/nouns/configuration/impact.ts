import type { V1ResourceQuota } from '@kubernetes/client-node'
import type { Impact } from '#shared/contract/changes.ts'
import { cut, shownChanges } from '../../objects/fields/changes.ts'
import { counted } from '../../objects/objects.ts'
import { overdrawn, quotaLines } from '../../objects/quota.ts'
import { mustRestart, readingsOf, type Reader } from '../../objects/readers.ts'
import type { KubeObject } from '../../kube/index.ts'
import { lengthOf, textOf, type Content, type Key } from './content.ts'

/** Secrets of the suite whose new value alone locks somebody out. */
const consequencesOfKeys: Record<string, string> = {
  POSTGRES_PASSWORD:
    'POSTGRES_PASSWORD: the database keeps the password it has. Change it there first (ALTER ROLE), or services that restart are refused.',
  ENCRYPTION_KEY:
    'ENCRYPTION_KEY: what is encrypted in the database is lost with the old key. Use the rotation of the suite (rotate-encryption-key) instead.',
}

/** What the edit of an object does, told by what reads it. */
export function impactOfEdit(object: KubeObject, before: Content, after: Content, readers: Reader[]): Impact {
  const told =
    'keys' in before && 'keys' in after
      ? keysImpact(object, before.keys, after.keys, readers)
      : specImpact(object, before as { spec: object }, after as { spec: object })
  const isNothing = told.changes.length === 0
  return {
    ...told,
    effects: isNothing ? ['Nothing changes.'] : told.effects,
    undo: isNothing
      ? 'Nothing changes, so there is nothing to undo.'
      : 'Undo puts back what is there now; it is kept in the cluster until the next edit.',
    canUndo: !isNothing,
  }
}

type Told = Pick<Impact, 'effects' | 'warnings' | 'changes'>

function keysImpact(
  { kind, metadata }: KubeObject,
  before: Record<string, Key>,
  after: Record<string, Key>,
  readers: Reader[],
): Told {
  const source = `${kind} ${metadata.name}`
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  const changed = names.filter((name) => before[name]?.base64 !== after[name]?.base64)
  const removed = changed.filter((name) => after[name] === undefined)
  const shown = (key: Key | undefined) => {
    if (!key) return ''
    return kind === 'Secret' || key.isBinary ? `${lengthOf(key)} bytes, not shown` : textOf(key)
  }
  const affected = readers.flatMap((reader) => {
    const readings = readingsOf(reader, source, changed)
    return readings.length === 0 ? [] : [{ reader, readings }]
  })
  const effects = affected.map(({ reader, readings }) => readerSentence(reader, readings))
  return {
    effects: effects.length > 0 ? effects : ['No workload of this namespace reads it: nothing notices.'],
    warnings: [
      ...affected.flatMap(({ reader }) => missingKeys(reader, source, removed)),
      ...affected.flatMap(({ reader }) =>
        reader.isPaused ? [`${reader.kind} ${reader.name} is paused: it cannot be restarted until it is resumed.`] : [],
      ),
      ...(kind === 'Secret' ? changed.flatMap((name) => consequencesOfKeys[name] ?? []) : []),
      ...changed
        .filter((name) => before[name]?.isBinary && after[name] && !after[name].isBinary)
        .map((name) => `${name} holds bytes that are no text now; it becomes a text.`),
    ],
    changes: changed.map((name) => ({
      path: `data.${name}`,
      before: cut(shown(before[name])),
      after: cut(shown(after[name])),
      effect: affected.some(({ reader }) => mustRestart(readingsOf(reader, source, [name])))
        ? 'noticed after a restart'
        : '',
    })),
  }
}

function readerSentence({ kind, name, replicas }: Reader, readings: ReturnType<typeof readingsOf>): string {
  const pods = counted(replicas, 'pod')
  if (readings.some(({ by }) => by === 'environment'))
    return `${kind} ${name} reads it as environment: its ${pods} must restart to notice.`
  if (readings.some(({ by }) => by === 'subPath'))
    return `${kind} ${name} mounts a file of it by subPath: its ${pods} must restart to notice.`
  if (readings.some(({ by }) => by === 'volume'))
    return `${kind} ${name} mounts it as files: they change by themselves within about a minute.`
  return `${kind} ${name} pulls images with it: noticed at the next pull.`
}

function missingKeys(reader: Reader, source: string, removed: string[]): string[] {
  return removed
    .filter((key) => readingsOf(reader, source).some((reading) => reading.isRequired && reading.keys?.includes(key)))
    .map(
      (key) =>
        `${reader.kind} ${reader.name} needs ${key}: without it its pods do not start again (CreateContainerConfigError).`,
    )
}

function specImpact(object: KubeObject, before: { spec: object }, after: { spec: object }): Told {
  const changes = shownChanges({ ...object, ...before } as KubeObject, { ...object, ...after } as KubeObject).map(
    (change) => ({ ...change, effect: '' }),
  )
  switch (object.kind) {
    case 'ResourceQuota':
      return { changes, ...quotaConsequences(object as unknown as V1ResourceQuota, after.spec) }
    case 'LimitRange':
      return {
        changes,
        effects: ['It counts for pods that are created from now on; those that run are not touched.'],
        warnings: [],
      }
    default:
      return { changes, ...autoscalerConsequences(object, after.spec) }
  }
}

function quotaConsequences(
  { status }: V1ResourceQuota,
  spec: { hard?: Record<string, string> },
): Pick<Told, 'effects' | 'warnings'> {
  const warnings = overdrawn(quotaLines(spec.hard, status?.used)).map(
    ({ resource, usage, limit }) =>
      `${resource}: ${usage} is in use already, more than ${limit}. What runs keeps running; anything new is refused, also the replacement of a pod.`,
  )
  return { effects: ['It counts for what is created from now on; what runs is not touched.'], warnings }
}

function autoscalerConsequences(
  { status }: KubeObject,
  spec: { minReplicas?: number; maxReplicas?: number; scaleTargetRef?: { kind?: string; name?: string } },
): Pick<Told, 'effects' | 'warnings'> {
  const { minReplicas = 1, maxReplicas = minReplicas, scaleTargetRef } = spec
  const target = `${scaleTargetRef?.kind ?? ''} ${scaleTargetRef?.name ?? ''}`
  const current = Number(status?.['currentReplicas'] ?? 0)
  if (current === 0)
    return {
      effects: [`${target} is kept between ${minReplicas} and ${maxReplicas} pods as soon as it has any.`],
      warnings: [],
    }
  const next = Math.min(Math.max(current, minReplicas), maxReplicas)
  const effects =
    next === current
      ? [`${target} keeps its ${current} pods for now.`]
      : [`${target} goes from ${current} to ${next} pods within seconds.`]
  const warnings = next < current ? [`${current - next} pods of ${target} are stopped.`] : []
  return { effects, warnings }
}
