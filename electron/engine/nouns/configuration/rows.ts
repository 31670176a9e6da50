import type { V1LimitRange, V1ResourceQuota, V2HorizontalPodAutoscaler } from '@kubernetes/client-node'
import type { ConfigurationRow, EditableKind } from '#shared/contract/configuration.ts'
import type { Known } from '#shared/contract/unknown.ts'
import { editFieldManager, type KubeObject } from '../../kube/index.ts'
import { mapKnown } from '../../objects/known.ts'
import { contentOf, sizeOf } from './content.ts'
import { keptSecretName, replacedAt } from './previous.ts'
import type { Reader } from '../../objects/readers.ts'

/** @param kept the Secrets that hold what was there before */
export function configurationRow(
  object: KubeObject,
  readers: Known<Reader[]>,
  kept: Known<readonly KubeObject[]>,
): ConfigurationRow {
  const kind = object.kind as EditableKind
  const { name } = object.metadata
  const content = contentOf(object)
  return {
    kind,
    name,
    keys: 'keys' in content ? Object.keys(content.keys).sort() : limitsOf(object),
    summary: summaryOf(object),
    bytes: sizeOf(content),
    usedBy: usersOf(object, readers),
    previousAt: mapKnown(kept, (secrets) => {
      const previous = secrets.find(({ metadata }) => metadata.name === keptSecretName(kind, name))
      return previous ? replacedAt(previous) : null
    }),
    ...lastChange(object),
  }
}

function usersOf({ kind, metadata, spec }: KubeObject, readers: Known<Reader[]>): Known<string[]> {
  if (kind === 'HorizontalPodAutoscaler') {
    const target = (spec as { scaleTargetRef?: { kind: string; name: string } } | undefined)?.scaleTargetRef
    return { state: 'known', value: target ? [`${target.kind} ${target.name}`] : [] }
  }
  const source = `${kind} ${metadata.name}`
  return mapKnown(readers, (all) =>
    all.filter(({ readings }) => readings.has(source)).map((reader) => `${reader.kind} ${reader.name}`),
  )
}

interface ManagedField {
  manager?: string
  time?: string
  subresource?: string
}

/** Newest first; within one second the later in the server's list. The status is left out: controllers write that all the time. */
const writersOf = ({ metadata }: KubeObject): ManagedField[] =>
  ((metadata.managedFields ?? []) as ManagedField[])
    .filter(({ subresource }) => subresource !== 'status')
    .reverse()
    .sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''))

/** Who wrote to it last and when, as the server remembers. */
export function lastChange(object: KubeObject): { changedAt: number; changedBy: string } {
  const [newest] = writersOf(object)
  return {
    changedAt: Date.parse(newest?.time ?? object.metadata.creationTimestamp ?? ''),
    changedBy: newest?.manager ?? '',
  }
}

/** The same for a change that came between: times are whole seconds, and within one it was rather somebody else. */
export function changeBetween(object: KubeObject): { changedAt: number; changedBy: string } {
  const writers = writersOf(object)
  const last = lastChange(object)
  const other = writers.find(({ time, manager }) => time === writers[0]?.time && manager !== editFieldManager)
  return { ...last, changedBy: other?.manager ?? last.changedBy }
}

function limitsOf(object: KubeObject): string[] {
  if (object.kind === 'ResourceQuota') return Object.keys((object as unknown as V1ResourceQuota).spec?.hard ?? {})
  if (object.kind === 'LimitRange')
    return ((object as unknown as V1LimitRange).spec?.limits ?? []).map(({ type }) => type)
  return ['minReplicas', 'maxReplicas', ...metricWords(object)]
}

function summaryOf(object: KubeObject): string {
  const count = (what: string, n: number) => `${n} ${what}${n === 1 ? '' : 's'}`
  switch (object.kind) {
    case 'ResourceQuota': {
      const { spec, status } = object as unknown as V1ResourceQuota
      return Object.entries(spec?.hard ?? {})
        .map(([key, limit]) => `${key} ${status?.used?.[key] ?? '0'} of ${limit}`)
        .join(', ')
    }
    case 'LimitRange':
      return ((object as unknown as V1LimitRange).spec?.limits ?? [])
        .flatMap(({ type, ...rules }) =>
          Object.entries(rules).map(
            ([rule, amounts]) =>
              `${type} ${rule} ${Object.entries(amounts as object)
                .flat()
                .join(' ')}`,
          ),
        )
        .join(', ')
    case 'HorizontalPodAutoscaler': {
      const { spec } = object as unknown as V2HorizontalPodAutoscaler
      return [`min ${spec?.minReplicas ?? 1}`, `max ${spec?.maxReplicas ?? 1}`, ...metricWords(object)].join(', ')
    }
    default: {
      const content = contentOf(object)
      const kept = 'keys' in content ? Object.keys(content.keys).length : 0
      const type = object.kind === 'Secret' && object['type'] !== 'Opaque' ? `, ${String(object['type'])}` : ''
      return `${count('key', kept)}${type}${object['immutable'] === true ? ', immutable' : ''}`
    }
  }
}

function metricWords(object: KubeObject): string[] {
  return ((object as unknown as V2HorizontalPodAutoscaler).spec?.metrics ?? []).map((metric) => {
    const { resource } = metric
    if (!resource) return metric.type
    const { averageUtilization, averageValue } = resource.target
    return `${resource.name} ${averageUtilization === undefined ? (averageValue ?? '') : `${averageUtilization}%`}`
  })
}
