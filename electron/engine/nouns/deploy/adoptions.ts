import type { KubeObject } from '../../kube/index.ts'
import type { RenderedStage } from '#shared/bundle/index.ts'
import { withField, withoutField } from '../../objects/fields/tree.ts'
import { idOf } from '../../objects/objects.ts'
import type { Adoption } from './releases/record.ts'

/** Where objects go that the bundle does not know. */
export const adoptedStage = 'adopted'

/** The release with what was adopted from the cluster: fields set or left out, objects left out or added. */
export function withAdoptions(stages: RenderedStage[], adoptions: readonly Adoption[]): RenderedStage[] {
  const whole = adoptions.filter(({ path }) => path === '')
  const leftOut = new Set(whole.filter(({ value }) => value === undefined).map(({ id }) => id))
  const changed = stages.map(({ id, objects }) => ({
    id,
    objects: objects.filter((object) => !leftOut.has(idOf(object))).map((object) => adopt(object, adoptions)),
  }))
  const known = new Set(changed.flatMap(({ objects }) => objects.map(idOf)))
  const added = whole.flatMap(({ id, value }) => (value === undefined || known.has(id) ? [] : [value as KubeObject]))
  return added.length > 0 ? [...changed, { id: adoptedStage, objects: added }] : changed
}

function adopt(object: KubeObject, adoptions: readonly Adoption[]): KubeObject {
  const own = adoptions.filter(({ id, path }) => path !== '' && id === idOf(object))
  return own.reduce(
    (changed, { path, value }) => (value === undefined ? withoutField(changed, path) : withField(changed, path, value)),
    object,
  )
}

/** Later words about the same field or object replace earlier ones. */
export function mergedAdoptions(earlier: readonly Adoption[], later: readonly Adoption[]): Adoption[] {
  const keyOf = ({ id, path }: Adoption) => `${id} ${path}`
  return [...new Map([...earlier, ...later].map((adoption) => [keyOf(adoption), adoption])).values()]
}
