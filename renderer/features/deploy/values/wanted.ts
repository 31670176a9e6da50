import type { Scope } from '#shared/contract/base.ts'
import { version as versionShape, type DeployStatus } from '#shared/contract/deploy.ts'
import { engine } from '../../../client/index.ts'
import { changeDraft, takePlan, type Draft } from '../deployStore.ts'

/** What a plan is made of. */
export interface Wanted {
  profile: string
  version: string
  values: string
}

/** The profile made for the cluster of this computer: no registry, no ingress, no backups. */
const sandboxProfile = 'sandbox'

/**
 * What a draft asks for; where nothing was chosen, what is installed, else the first there is. The profile of the sandbox is proposed
 * for the sandbox alone.
 */
export function wantedOf(draft: Draft, status: DeployStatus, isSandbox: boolean): Wanted {
  const proposed = status.profiles.find(({ id }) => (id === sandboxProfile) === isSandbox) ?? status.profiles[0]
  return {
    profile: draft.profile || status.installed?.profile || proposed?.id || '',
    version: draft.version || status.versions[0] || '',
    values: draft.values ?? status.installed?.values ?? '',
  }
}

/** What is wrong with a tag as typed; undefined when a registry takes it. */
export function versionProblem(version: string): string | undefined {
  if (version === '' || versionShape.safeParse(version).success) return undefined
  return version.length > 63
    ? 'A tag has at most 63 characters here.'
    : 'Use letters, digits, dots, dashes and underscores, and begin and end with a letter or digit.'
}

/** Why no plan can be made yet; undefined when it can. @param faults how many the values have */
export function notReady({ profile, version }: Wanted, faults: number): string | undefined {
  if (profile === '') return 'No profile is available.'
  if (version === '') return 'Choose a version, or type the tag of another.'
  if (versionProblem(version)) return `The version ${version} is no tag that a registry takes.`
  if (faults > 0)
    return `The values have ${faults === 1 ? 'a fault' : `${faults} faults`}. Mend ${faults === 1 ? 'it' : 'them'} first.`
  return undefined
}

/** Asks for a plan, which changes nothing in the cluster, and puts it on the page. Rejects when it cannot be made. */
export async function makePlan(scope: Scope, status: DeployStatus, wanted: Wanted): Promise<void> {
  const plan = await engine().deploy.plan({ ...scope, ...wanted })
  changeDraft(scope, { profile: wanted.profile, version: wanted.version })
  takePlan(scope, plan, status.installed !== null)
}
