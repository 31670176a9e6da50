import type { ChainReport, CheckpointPlace } from '#shared/contract/audit.ts'
import { formatMoment, plural, StatusChip, type StatusKind } from '../../kit/index.ts'

const status: Record<CheckpointPlace['state'], StatusKind> = {
  agrees: 'healthy',
  differs: 'failed',
  forged: 'failed',
  none: 'off',
  unread: 'unknown',
}

const words: Record<CheckpointPlace['state'], string> = {
  agrees: 'agrees',
  differs: 'differs',
  forged: 'forged',
  none: 'none yet',
  unread: 'not read',
}

/** What the checkpoints of each place say about the log, and what is not in it yet. */
export function Checkpoints({ report }: { report: ChainReport }) {
  return (
    <>
      {report.checkpoints.map((place) => (
        <span key={place.where} title={titleOf(place)}>
          <StatusChip status={status[place.state]}>
            Checkpoint, {place.where}: {words[place.state]}
          </StatusChip>
        </span>
      ))}
      {report.unwritten > 0 ? (
        <StatusChip status="warning">
          {plural(report.unwritten, 'end of a task', 'ends of tasks')} not written yet
        </StatusChip>
      ) : null}
    </>
  )
}

const titleOf = ({ message, at }: CheckpointPlace): string =>
  at === null ? message : `${message} Signed ${formatMoment(at)}.`
