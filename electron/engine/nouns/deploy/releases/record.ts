import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { fault, time } from '#shared/contract/base.ts'
import { releaseState } from '#shared/contract/releases.ts'
import { releaseId } from '#shared/contract/plan.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { KubeObject } from '../../../kube/index.ts'
import type { RenderedStage } from '#shared/bundle/index.ts'

/** Names a field of an object of the release. */
const fieldOf = z.object({ id: z.string(), field: z.string() })
export type FieldRef = z.infer<typeof fieldOf>

/**
 * What is live was taken into the release. With a path: that field has this value, or is not set when there is none. Without: the object
 * is this one, or is left out.
 */
const adoption = z.object({ id: z.string(), path: z.string(), value: z.unknown().optional() })
export type Adoption = z.infer<typeof adoption>

const migration = z.object({ name: z.string(), previousReleaseRuns: z.boolean(), isReversible: z.boolean() })

const stages = z.custom<RenderedStage[]>((value) => Array.isArray(value))

/** What a release consists of. Written once. */
const content = z.object({
  /** The administrator's values, as YAML. */
  values: z.string(),
  /** Secrets have their keys, and no values. */
  stages,
  /** Fields that were left to their owners. */
  kept: z.array(fieldOf),
  adoptions: z.array(adoption),
  /** All that the bundle knew. */
  migrations: z.array(migration),
})
export type ReleaseContent = z.infer<typeof content>

/** How far it is. Written again at every stage. */
const progress = z.object({
  id: releaseId,
  kind: z.enum(['deploy', 'rollback', 'adopt']),
  version: z.string(),
  profile: z.string(),
  registry: z.string(),
  by: z.string(),
  startedAt: time,
  endedAt: time.optional(),
  rollbackTo: releaseId.nullable(),
  /** The release that was live before. */
  previous: releaseId.nullable(),
  digest: z.string(),
  state: releaseState,
  stage: z.string(),
  doneStages: z.array(z.string()),
  fault: fault.nullable(),
  /** Ids of objects that did not exist before the run: undo deletes them. */
  created: z.array(z.string()),
  /** Fields that are taken over from others. */
  taken: z.array(fieldOf),
  /** Ids of objects that are deleted and re-created, as the plan said. */
  replaced: z.array(z.string()),
  /** Ids of objects that are deleted in the end, as it was confirmed. */
  pruned: z.array(z.string()),
  wantsBackup: z.boolean(),
  /** Of the backup taken before the first stage; empty when there is none. */
  backupId: z.string(),
  /** Newest migration after it; empty while it is not known. */
  schema: z.string(),
})
export type ReleaseProgress = z.infer<typeof progress>

export interface ReleaseRecord extends ReleaseProgress, ReleaseContent {}

/** Bytes; a ConfigMap may hold 1 MiB in all (kubernetes.io/docs/concepts/configuration/configmap), and the progress needs its part. */
const mostContent = 900_000

/** SHA-256 of the objects without the values of secrets: two releases with one digest applied the same. */
export const digestOf = (objects: RenderedStage[]): string =>
  createHash('sha256').update(JSON.stringify(objects)).digest('hex')

/** @throws ConsoleError BAD_INPUT when it is too large for the cluster to keep */
export function packContent(release: ReleaseContent): string {
  const { values, stages: all, kept, adoptions, migrations } = release
  const packed = gzipSync(JSON.stringify({ values, stages: withoutSecretValues(all), kept, adoptions, migrations }))
  if (packed.length > mostContent) {
    throw new ConsoleError(
      'BAD_INPUT',
      `The record of this release would have ${packed.length} bytes, and the cluster keeps at most ${mostContent}. Nothing was changed. Shorten the values.`,
      { bytes: packed.length },
    )
  }
  return packed.toString('base64')
}

export const unpackContent = (packed: string): unknown =>
  JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString())

/** Secrets keep their keys, so that it shows which there were. */
export function withoutSecretValues(all: RenderedStage[]): RenderedStage[] {
  const bare = (object: KubeObject): KubeObject => {
    if (object.kind !== 'Secret') return object
    const { stringData: _text, ...rest } = object
    const keys = Object.keys(object['data'] ?? {})
    return { ...rest, data: Object.fromEntries(keys.map((key) => [key, ''])) }
  }
  return all.map(({ id, objects }) => ({ id, objects: objects.map(bare) }))
}

/** Undefined when it is not a record that this version understands. */
export function parseRecord(state: unknown, packed: unknown): ReleaseRecord | undefined {
  const [head, body] = [progress.safeParse(state), content.safeParse(packed)]
  return head.success && body.success ? { ...body.data, ...head.data } : undefined
}

/** The part of a record that changes. */
export const progressOf = (record: ReleaseRecord): ReleaseProgress => progress.parse(record)

export const objectsOf = ({ stages: all }: Pick<ReleaseContent, 'stages'>): KubeObject[] =>
  all.flatMap(({ objects }) => objects)

/** The release that is live: the newest one that was finished and not undone. */
export const currentOf = (records: readonly ReleaseRecord[]): ReleaseRecord | undefined =>
  records.find(({ state }) => state === 'done')

/** A run that neither finished nor was taken back: always the newest, because no other may begin after it without taking it over. */
export function unfinishedOf([newest]: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  return newest && ['applying', 'failed', 'stopped'].includes(newest.state) ? newest : undefined
}
