/** A value of a kubeconfig, with the line it stands in (1-based). */
export type Value =
  | { readonly kind: 'null'; readonly line: number }
  | { readonly kind: 'text'; readonly line: number; readonly value: string }
  | { readonly kind: 'flag'; readonly line: number; readonly value: boolean }
  | { readonly kind: 'number'; readonly line: number; readonly value: string }
  | { readonly kind: 'list'; readonly line: number; readonly items: readonly Value[] }
  | { readonly kind: 'map'; readonly line: number; readonly fields: ReadonlyMap<string, Value> }

/** What each kind is called in a message. */
export const kindNames: Readonly<Record<Value['kind'], string>> = {
  null: 'null',
  text: 'text',
  flag: 'a boolean',
  number: 'a number',
  list: 'a list',
  map: 'a mapping',
}
