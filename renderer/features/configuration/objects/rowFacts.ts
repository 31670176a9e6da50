import type { ConfigurationRow } from '#shared/contract/configuration.ts'
import type { Known } from '#shared/contract/unknown.ts'

/** The value where there is one; a stale one is marked by the list it came with. */
export function valueOf<Held>(fact: Known<Held>): Held | undefined {
  return fact.state === 'known' || fact.state === 'stale' ? fact.value : undefined
}

/** The workloads that are known to read it; `whyNoUsers` says when there may be more. */
export const usersOf = ({ usedBy }: ConfigurationRow): readonly string[] => valueOf(usedBy) ?? []

export const previousOf = ({ previousAt }: ConfigurationRow): number | undefined => valueOf(previousAt) ?? undefined

/** Why nobody can be asked to restart; undefined when the readers are known. */
export const whyNoUsers = ({ usedBy }: ConfigurationRow): string | undefined =>
  reasonOf(usedBy, 'Your account may not list workloads, so its readers are not known.')

/** Why Undo is not offered; undefined when it is known whether a version before is kept. */
export const whyNoPrevious = ({ previousAt }: ConfigurationRow): string | undefined =>
  reasonOf(previousAt, 'The version before is kept in a Secret, and your account may not read Secrets.')

function reasonOf(fact: Known<unknown>, forbidden: string): string | undefined {
  if (fact.state === 'known' || fact.state === 'stale') return undefined
  return fact.state === 'forbidden' ? forbidden : (fact.fault?.message ?? 'Not known yet.')
}
