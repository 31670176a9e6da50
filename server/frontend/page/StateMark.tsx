/** A state as shape, colour and word: colour alone says nothing to some. */
export function StateMark({ state }: { readonly state: string }) {
  return <span className={`state ${state}`}>{state}</span>
}
