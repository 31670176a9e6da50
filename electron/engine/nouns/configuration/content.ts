import { createHash } from 'node:crypto'
import { isUtf8 } from 'node:buffer'
import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../../kube/index.ts'
import { hasKeys } from './kinds.ts'

/** The part of an object that is edited: the bytes of its keys in base64, or its spec. */
export type Content = { keys: Record<string, Key> } | { spec: Record<string, unknown> }

export interface Key {
  base64: string
  /** A ConfigMap keeps texts and bytes apart; a Secret does not say, so its bytes are looked at. */
  isBinary: boolean
}

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64')

export function contentOf(object: KubeObject): Content {
  if (!hasKeys(object.kind)) return { spec: object.spec ?? {} }
  const data = (object['data'] ?? {}) as Record<string, string>
  if (object.kind === 'Secret')
    return { keys: mapKeys(data, (base64) => ({ base64, isBinary: !isUtf8(bytesOf(base64)) })) }
  const binary = (object['binaryData'] ?? {}) as Record<string, string>
  return {
    keys: {
      ...mapKeys(data, (text) => ({ base64: Buffer.from(text).toString('base64'), isBinary: false })),
      ...mapKeys(binary, (base64) => ({ base64, isBinary: true })),
    },
  }
}

const mapKeys = (data: Record<string, string>, map: (value: string) => Key): Record<string, Key> =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, map(value)]))

/** Length of a value in bytes. */
export const lengthOf = ({ base64 }: Key): number => bytesOf(base64).length

/** A value as text. */
export const textOf = ({ base64 }: Key): string => bytesOf(base64).toString()

export const keyOfText = (text: string): Key => ({ base64: Buffer.from(text).toString('base64'), isBinary: false })

/** Bytes as Kubernetes counts them: keys and values of both maps. */
export function sizeOf(content: Content): number {
  if ('spec' in content) return Buffer.byteLength(JSON.stringify(content.spec))
  return Object.entries(content.keys).reduce((sum, [name, key]) => sum + Buffer.byteLength(name) + lengthOf(key), 0)
}

export const isSame = (one: Content, other: Content): boolean => isDeepStrictEqual(one, other)

/**
 * Tells whether anybody has changed what is edited. Not the resource version: the status of an autoscaler or a quota changes all the
 * time, and with it their resource version.
 */
export function versionOf(object: KubeObject): string {
  if (hasKeys(object.kind)) return object.metadata.resourceVersion ?? ''
  return createHash('sha256')
    .update(JSON.stringify(object.spec ?? {}))
    .digest('hex')
}
