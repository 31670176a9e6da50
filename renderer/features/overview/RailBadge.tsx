import { healthWords, useCurrentCluster } from '../../app/index.ts'
import { StatusGlyph } from '../../kit/index.ts'

/** The cluster's health beside "Overview", where it is not well. */
export function RailBadge() {
  const cluster = useCurrentCluster()
  if (!cluster || !['degraded', 'warning', 'unreachable'].includes(cluster.health)) return null
  const { status, word } = healthWords[cluster.health]
  return (
    <>
      <StatusGlyph status={status} size={13} />
      <span className="visually-hidden">{word}</span>
    </>
  )
}
