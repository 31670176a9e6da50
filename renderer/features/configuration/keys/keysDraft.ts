import type { KeysDraft } from '../objects/drafts.ts'
import { keyPattern, readData, writtenData, yamlOfValues } from './keysYaml.ts'

/** A key as the contract's detail has it. */
export interface LiveKey {
  key: string
  value: string
  bytes: number
  isBinary: boolean
}

export interface KeysObject {
  resourceVersion: string
  keys: readonly LiveKey[]
}

function begin(live: KeysObject): KeysDraft {
  return { of: 'keys', base: live.resourceVersion, set: new Map(), remove: [], seen: new Map(), yaml: null }
}

/** The draft with a key set; a value typed back to what is live is no change. */
export function withValue(
  draft: KeysDraft | undefined,
  live: KeysObject,
  key: string,
  value: string,
  isSecret = false,
) {
  const before = draft ?? begin(live)
  const current = live.keys.find((each) => each.key === key)
  const isSame = !isSecret && current !== undefined && !current.isBinary && current.value === value
  const next = {
    ...before,
    set: isSame ? without(before.set, key) : new Map(before.set).set(key, value),
    remove: before.remove.filter((each) => each !== key),
    seen: withSeen(before.seen, live, key),
  }
  return tidy(next, live)
}

/** The draft without what was typed for a key; a key that is new goes altogether. */
export function withoutValue(draft: KeysDraft, live: KeysObject, key: string): KeysDraft | null {
  return tidy({ ...draft, set: without(draft.set, key), remove: draft.remove.filter((each) => each !== key) }, live)
}

export function withRemoved(draft: KeysDraft | undefined, live: KeysObject, key: string): KeysDraft | null {
  const before = draft ?? begin(live)
  const isLive = live.keys.some((each) => each.key === key)
  const next = {
    ...before,
    set: without(before.set, key),
    remove: isLive ? [...before.remove.filter((each) => each !== key), key] : before.remove,
    seen: withSeen(before.seen, live, key),
  }
  return tidy(next, live)
}

function without(values: ReadonlyMap<string, string>, key: string): ReadonlyMap<string, string> {
  const rest = new Map(values)
  rest.delete(key)
  return rest
}

function withSeen(seen: KeysDraft['seen'], live: KeysObject, key: string): KeysDraft['seen'] {
  const current = live.keys.find((each) => each.key === key)
  return seen.has(key) || !current ? seen : new Map(seen).set(key, current.value)
}

/** A draft that changes nothing is none. A text that was typed in the YAML view follows the keys, with its comments and order. */
function tidy(draft: KeysDraft, live: KeysObject): KeysDraft | null {
  if (draft.set.size + draft.remove.length === 0) return null
  const yaml = draft.yaml === null ? null : writtenData(draft.yaml, valuesAfter(draft, live))
  return { ...draft, yaml }
}

/** The keys as they would be, with their texts. Binary values are left out: YAML of a person has none. */
export function valuesAfter(draft: KeysDraft | undefined, live: KeysObject): Map<string, string> {
  const kept = live.keys.filter((each) => !each.isBinary && !draft?.remove.includes(each.key))
  return new Map([...kept.map((each) => [each.key, each.value] as const), ...(draft?.set ?? [])])
}

/** The YAML view: what was typed there, else the keys as they would be. */
export function yamlOf(draft: KeysDraft | undefined, live: KeysObject): string {
  return draft?.yaml ?? yamlOfValues(valuesAfter(draft, live))
}

/**
 * The draft that a typed YAML text means. The text is kept as typed, comments and blank lines too; where it cannot be read, the
 * last readable keys stay.
 */
export function withYaml(draft: KeysDraft | undefined, live: KeysObject, text: string): KeysDraft | null {
  const before = draft ?? begin(live)
  const { values, faults } = readData(text)
  if (faults.length > 0) return { ...before, yaml: text }
  const textKeys = live.keys.filter((each) => !each.isBinary)
  const set = new Map([...values].filter(([key, value]) => textKeys.find((each) => each.key === key)?.value !== value))
  const removedText = textKeys.map((each) => each.key).filter((key) => !values.has(key))
  const removedBinary = before.remove.filter((key) => live.keys.some((each) => each.key === key && each.isBinary))
  const remove = [...removedText, ...removedBinary]
  const seen = [...set.keys(), ...remove].reduce((known, key) => withSeen(known, live, key), before.seen)
  if (set.size + remove.length === 0 && text === yamlOf(undefined, live)) return null
  return { ...before, set, remove, seen, yaml: text }
}

/** Whether the YAML of the draft cannot be read: then it is mended there, because the form would drop it. */
export function isUnreadable(draft: KeysDraft | undefined): boolean {
  return draft !== undefined && draft.yaml !== null && readData(draft.yaml).faults.length > 0
}

/** Why a key cannot be added. */
export function keyProblem(key: string, taken: readonly string[]): string | undefined {
  if (!keyPattern.test(key)) return 'Letters, digits, dots, dashes and underscores.'
  return taken.includes(key) ? 'This key is there already.' : undefined
}

/** Keys that both sides changed: whose live value is no longer what the draft was begun on. */
export function contested(draft: KeysDraft, live: KeysObject): { key: string; theirs: string }[] {
  return [...draft.set.keys(), ...draft.remove].flatMap((key) => {
    const now = live.keys.find((each) => each.key === key)
    if (draft.seen.get(key) === now?.value) return []
    return [{ key, theirs: now ? now.value : 'removed' }]
  })
}

/** The same draft on top of what is live now; keys that it does not touch stay as the others set them. */
export function rebased(draft: KeysDraft, live: KeysObject): KeysDraft | null {
  const remove = draft.remove.filter((key) => live.keys.some((each) => each.key === key))
  const touched = [...draft.set.keys(), ...remove]
  const seen = new Map(
    live.keys.filter((each) => touched.includes(each.key)).map((each) => [each.key, each.value] as const),
  )
  return tidy({ ...draft, base: live.resourceVersion, remove, seen }, live)
}
