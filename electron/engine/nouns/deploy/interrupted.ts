import { lookAgain, type Standing } from '../tasks/interrupted.ts'
import type { Settles } from '../tasks/lines.ts'
import { unfinishedOf, type ReleaseRecord } from './releases/record.ts'

/** Tasks that deploy, and those that undo a deployment. */
export const deployKinds = ['deploy', 'undeploy']

interface Run {
  result: Record<string, string>
  settles: Settles
}

/** A deployment that is done leaves nothing unfinished behind it, whether it resumed an earlier one or replaced it. */
export function finishing({ id, version, profile }: ReleaseRecord): Run {
  const settles = { kinds: deployKinds, as: 'done' as const, text: `A later deployment of ${version} finished here.` }
  return { result: { release: id, version, profile }, settles }
}

export function undoing({ id, version, profile }: ReleaseRecord): Run {
  const text = `The deployment of ${version} was undone.`
  return { result: { release: id, version, profile }, settles: { kinds: deployKinds, as: 'cancelled', text } }
}

/**
 * What became of an interrupted deployment, from the records in the cluster: another console may have finished it.
 * @param release id of the task's record
 * @param isElsewhere another console is at work in this namespace now; null where that may not be read
 */
export function standingOf(
  kind: string,
  release: string,
  records: readonly ReleaseRecord[],
  isElsewhere: boolean | null,
): Standing {
  const record = records.find(({ id }) => id === release)
  const ended = (state: 'done' | 'cancelled', text: string): Standing => ({ offers: [], settled: { state, text } })
  if (!record) return { offers: [] }
  if (record.state === 'undone')
    return ended(kind === 'undeploy' ? 'done' : 'cancelled', 'The cluster records that this deployment was undone.')
  if (record.state === 'done' && kind === 'deploy') return ended('done', 'The cluster records that it finished.')
  if (record !== unfinishedOf(records) && record !== records[0])
    return ended('cancelled', 'A later deployment replaced it.')
  if (isElsewhere) return { offers: [] }
  // What needs the lease would be refused, and another console may be at it: asking again is all that can be offered.
  if (isElsewhere === null) return { offers: [lookAgain] }
  const undo = { call: 'deploy.undo', title: 'Undo the deployment' }
  const isUnfinished = record === unfinishedOf(records) && kind === 'deploy'
  return { offers: isUnfinished ? [{ call: 'deploy.resume', title: 'Resume the deployment' }, undo] : [undo] }
}
