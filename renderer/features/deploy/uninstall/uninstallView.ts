import type { DataChoice, UninstalledObject, UninstallPlan } from '#shared/contract/uninstall.ts'

export interface UninstallForm {
  data: DataChoice
  safetyBackup: boolean
  endsRestores: boolean
  typedNamespace: string
  /** The cluster's name, on production. */
  typedName: string
}

/** What is deleted for what was chosen about the data. */
export const goingOf = ({ objects }: UninstallPlan, data: DataChoice): UninstalledObject[] =>
  objects.filter(({ isData }) => data === 'remove' || !isData)

/** Names by kind, in the order of the list. */
export function byKind(objects: readonly UninstalledObject[]): { kind: string; names: string[] }[] {
  const kinds = new Map<string, string[]>()
  for (const { kind, name } of objects) kinds.set(kind, [...(kinds.get(kind) ?? []), name])
  return [...kinds].map(([kind, names]) => ({ kind, names }))
}

/** Why it cannot be uninstalled yet. @param name what has to be typed on production */
export function whyNot(
  plan: UninstallPlan | undefined,
  form: UninstallForm,
  name: string | undefined,
): string | undefined {
  if (!plan) return 'What is installed is still being listed.'
  const [blocker] = plan.blockers
  if (blocker) return blocker.message
  if (plan.openRestores.length > 0 && !form.endsRestores)
    return 'A restore can still be undone: confirm that its undo window ends.'
  if (form.typedNamespace !== plan.namespace) return `Type ${plan.namespace} first.`
  return name === undefined || form.typedName === name ? undefined : `Type ${name} first.`
}
