import type { Icon } from '../kit/index.ts'
import { matches, wordsOf } from './paletteSearch.ts'
import type { Action } from './state/actions.ts'

/** An object that the palette can find. */
export interface Found {
  name: string
  /** Its kind, and a word on its state: "Pod Running". */
  what: string
  icon: Icon
  open: () => void
  /** What can be done with it; asked for only where its name answers a word that was typed. */
  actions: () => readonly Action[]
}

/** So many objects of a kind are listed; a longer text finds fewer. */
const mostObjects = 6

/**
 * The objects that the typed text names, each with what can be done with it: "backend" lists it with its actions, "restart back"
 * the restart alone.
 * @param source keeps the ids of several finders apart
 */
export function findObjects(source: string, objects: readonly Found[], query: string): Action[] {
  const words = wordsOf(query)
  if (words.length === 0) return []
  const actions: Action[] = []
  let listed = 0
  for (const object of objects) {
    if (listed === mostObjects) break
    const name = object.name.toLowerCase()
    if (!words.some((word) => name.includes(word))) continue
    const answers = actionsOf(source, object).filter((action) => matches(action, query))
    if (answers.length === 0) continue
    listed += 1
    actions.push(...answers)
  }
  return actions
}

function actionsOf(source: string, object: Found): Action[] {
  const section = `${object.what.split(' ')[0] ?? ''} ${object.name}`
  const id = `found.${source}.${section}`
  const show: Action = {
    id: `${id}.show`,
    title: object.name,
    section,
    effect: 'read',
    icon: object.icon,
    detail: object.what,
    perform: object.open,
  }
  // Keys belong to the object that is active on its page.
  return [
    show,
    ...object.actions().map(({ keys: _keys, ...action }) => ({ ...action, section, id: `${id}.${action.id}` })),
  ]
}
