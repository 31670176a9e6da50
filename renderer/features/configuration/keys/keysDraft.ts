import { parseDocument, stringify } from 'yaml'
import type { EditorFault } from '../../../kit/index.ts'
import type { KeysDraft } from '../objects/drafts.ts'

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

/** What Kubernetes accepts as a key of a ConfigMap or Secret. */
const keyPattern = /^[-._a-zA-Z0-9]{1,253}$/

function begin(live: KeysObject): KeysDraft {
  return { of: 'keys', base: live.resourceVersion, set: {}, remove: [], seen: {}, yaml: null }
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
  const { [key]: _old, ...others } = before.set
  const current = live.keys.find((each) => each.key === key)
  const isSame = !isSecret && current !== undefined && !current.isBinary && current.value === value
  return tidy({
    ...before,
    set: isSame ? others : { ...others, [key]: value },
    remove: before.remove.filter((each) => each !== key),
    seen: withSeen(before, live, key),
    yaml: null,
  })
}

/** The draft without what was typed for a key; a key that is new goes altogether. */
export function withoutValue(draft: KeysDraft, key: string): KeysDraft | null {
  const { [key]: _old, ...set } = draft.set
  return tidy({ ...draft, set, remove: draft.remove.filter((each) => each !== key), yaml: null })
}

export function withRemoved(draft: KeysDraft | undefined, live: KeysObject, key: string): KeysDraft | null {
  const before = draft ?? begin(live)
  const { [key]: _old, ...set } = before.set
  const isLive = live.keys.some((each) => each.key === key)
  return tidy({
    ...before,
    set,
    remove: isLive ? [...before.remove.filter((each) => each !== key), key] : before.remove,
    seen: withSeen(before, live, key),
    yaml: null,
  })
}

function withSeen(draft: KeysDraft, live: KeysObject, key: string): KeysDraft['seen'] {
  const current = live.keys.find((each) => each.key === key)
  return draft.seen[key] !== undefined || !current ? draft.seen : { ...draft.seen, [key]: current.value }
}

/** A draft that changes nothing is none. */
function tidy(draft: KeysDraft): KeysDraft | null {
  return Object.keys(draft.set).length + draft.remove.length === 0 && draft.yaml === null ? null : draft
}

/** The keys as they would be, with their texts. Binary values are left out: YAML of a person has none. */
export function valuesAfter(draft: KeysDraft | undefined, live: KeysObject): Record<string, string> {
  const kept = live.keys.filter((each) => !each.isBinary && !draft?.remove.includes(each.key))
  return { ...Object.fromEntries(kept.map((each) => [each.key, each.value])), ...draft?.set }
}

/** The YAML view: what was typed there, else the keys as they would be. */
export function yamlOf(draft: KeysDraft | undefined, live: KeysObject): string {
  if (draft?.yaml !== undefined && draft.yaml !== null) return draft.yaml
  const values = valuesAfter(draft, live)
  return Object.keys(values).length === 0 ? '' : stringify(values, { lineWidth: 0 })
}

/** Reads the YAML of a ConfigMap's data. Numbers and yes or no are taken as the text that stands there, as people mean it. */
export function readData(text: string): { values: Record<string, string>; faults: EditorFault[] } {
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: true })
  const faults: EditorFault[] = document.errors.map((error) => ({
    line: error.linePos?.[0].line ?? 0,
    message: error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '.') ?? 'This is not YAML.',
  }))
  if (faults.length > 0) return { values: {}, faults }
  const content: unknown = document.toJS({ maxAliasCount: 0 })
  if (content === null || content === '') return { values: {}, faults: [] }
  if (typeof content !== 'object' || Array.isArray(content)) {
    return { values: {}, faults: [{ line: 1, message: 'Write one key a line, as LOG_LEVEL: info.' }] }
  }
  const values: Record<string, string> = {}
  for (const [key, value] of Object.entries(content)) {
    const line = text.split('\n').findIndex((each) => each.startsWith(key) || each.startsWith(`"${key}"`)) + 1
    if (!keyPattern.test(key)) {
      faults.push({ line, message: `${key} cannot be a key: letters, digits, dots, dashes and underscores.` })
    } else if (typeof value !== 'string') {
      faults.push({ line, message: `The value of ${key} must be text. Write a block after ${key}: |` })
    } else values[key] = value
  }
  return { values, faults }
}

/** The draft that a typed YAML text means. Where it cannot be read, the text is kept and the last readable keys stay. */
export function withYaml(draft: KeysDraft | undefined, live: KeysObject, text: string): KeysDraft | null {
  const before = draft ?? begin(live)
  const { values, faults } = readData(text)
  if (faults.length > 0) return { ...before, yaml: text }
  const textKeys = live.keys.filter((each) => !each.isBinary)
  const set = Object.fromEntries(
    Object.entries(values).filter(([key, value]) => textKeys.find((each) => each.key === key)?.value !== value),
  )
  const removedText = textKeys.map((each) => each.key).filter((key) => values[key] === undefined)
  const removedBinary = before.remove.filter((key) => live.keys.some((each) => each.key === key && each.isBinary))
  const remove = [...removedText, ...removedBinary]
  const seen = [...Object.keys(set), ...remove].reduce(
    (known, key) => withSeen({ ...before, seen: known }, live, key),
    before.seen,
  )
  if (Object.keys(set).length + remove.length === 0) return null
  return { ...before, set, remove, seen, yaml: text }
}

/** Why a key cannot be added. */
export function keyProblem(key: string, taken: readonly string[]): string | undefined {
  if (!keyPattern.test(key)) return 'Letters, digits, dots, dashes and underscores.'
  return taken.includes(key) ? 'This key is there already.' : undefined
}

/** Keys that both sides changed: whose live value is no longer what the draft was begun on. */
export function contested(draft: KeysDraft, live: KeysObject): { key: string; theirs: string }[] {
  return [...Object.keys(draft.set), ...draft.remove].flatMap((key) => {
    const now = live.keys.find((each) => each.key === key)
    if (draft.seen[key] === (now?.value ?? undefined)) return []
    return [{ key, theirs: now ? now.value : 'removed' }]
  })
}

/** The same draft on top of what is live now; keys that it does not touch stay as the others set them. */
export function rebased(draft: KeysDraft, live: KeysObject): KeysDraft | null {
  const remove = draft.remove.filter((key) => live.keys.some((each) => each.key === key))
  const touched = [...Object.keys(draft.set), ...remove]
  const seen = Object.fromEntries(
    live.keys.filter((each) => touched.includes(each.key)).map((each) => [each.key, each.value]),
  )
  return tidy({ ...draft, base: live.resourceVersion, remove, seen, yaml: null })
}
