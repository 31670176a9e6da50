import type { KubeObject } from '../../../kube/index.ts'
import { withoutServerFields, type ChangedField } from '../../../objects/fields/changes.ts'
import { pathText } from '../../../objects/fields/path.ts'
import { fieldsOf, parentOf, valueAt } from '../../../objects/fields/tree.ts'
import { idOf } from '../../../objects/objects.ts'
import type { Adoption } from '../releases/record.ts'

/** What has to be remembered of a changed object so that the next rendering has it too. */
export function adoptionsOf(wanted: KubeObject, live: KubeObject, changed: readonly ChangedField[]): Adoption[] {
  const places = new Map([...fieldsOf(wanted), ...fieldsOf(live)].map(([text, { path }]) => [text, path]))
  const paths = changed.map(({ path }) => {
    // In a list without keys items have no names: the list is adopted as a whole.
    const segments = places.get(path) ?? []
    const index = segments.findIndex((segment) => typeof segment === 'object' && 'index' in segment)
    return goneAsWhole(live, index === -1 ? path : pathText(segments.slice(0, index)))
  })
  const id = idOf(wanted)
  return [...new Set(paths)].map((path) => {
    const value = valueAt(live, path)
    return { id, path, ...(value !== undefined && { value }) }
  })
}

/** Of an item or a map that is gone, not its fields one by one. */
function goneAsWhole(live: KubeObject, path: string): string {
  const parent = parentOf(path)
  if (valueAt(live, path) !== undefined || parent === '' || valueAt(live, parent) !== undefined) return path
  return goneAsWhole(live, parent)
}

/** An object that nobody deployed, as a part of the release: what the server fills in stays, what it counts does not. */
export function asRecorded(live: KubeObject): KubeObject {
  const object = withoutServerFields(live)
  if (live.kind !== 'Secret') return object
  const keys = Object.keys(live['data'] ?? {})
  return { ...object, data: Object.fromEntries(keys.map((key) => [key, ''])) }
}
