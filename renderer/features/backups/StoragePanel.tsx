import { HardDrive } from 'lucide-react'
import type { Backup } from '#shared/contract/backups.ts'
import { Banner, formatBytes, Panel, ProgressBar } from '../../kit/index.ts'

export interface Location {
  path: string
  freeBytes: number
  totalBytes: number
}

/** Free space below which the next backups are in doubt: three of the newest size, or a twentieth of the volume. */
export function isLow(location: Location, backups: readonly Backup[]): boolean {
  const newest = backups.reduce<Backup | undefined>(
    (best, each) => (best && best.takenAt >= each.takenAt ? best : each),
    undefined,
  )
  return (
    location.freeBytes < (newest?.bytes ?? 0) * 3 ||
    (location.totalBytes > 0 && location.freeBytes < location.totalBytes / 20)
  )
}

export function StoragePanel({ location, backups }: { location: Location; backups: readonly Backup[] }) {
  const used = location.totalBytes - location.freeBytes
  const low = isLow(location, backups)
  return (
    <Panel title="Storage location">
      <div className="backups-storage">
        <div className="backups-line">
          <HardDrive size={14} strokeWidth={1.6} aria-hidden />
          <b>This workstation</b>
          <span>{formatBytes(location.freeBytes)} free</span>
        </div>
        <code className="selectable">{location.path}</code>
        {location.totalBytes > 0 ? (
          <>
            <ProgressBar value={used / location.totalBytes} label="Space used" tone={low ? 'crit' : 'info'} />
            <span className="note">
              {formatBytes(used)} of {formatBytes(location.totalBytes)} used
            </span>
          </>
        ) : null}
        {low ? (
          <Banner tone="warn" title="Little space is left.">
            The next backups may not fit. Free space, or delete backups you no longer need.
          </Banner>
        ) : null}
      </div>
    </Panel>
  )
}
