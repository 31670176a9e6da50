import './UseBar.css'

export interface UseBarProps {
  /** What is used, of `limit`; same unit. */
  used: number | undefined
  /** The whole track. Without a limit the bar shows only a dotted track. */
  limit: number | undefined
  /** A tick on the track. */
  request?: number | undefined
  /** For screen readers: "CPU of backend". */
  label: string
  width?: number | string
}

/** Use against request and limit: amber over 80%, red over 90%. */
export function UseBar({ used, limit, request, label, width = 56 }: UseBarProps) {
  if (used === undefined || limit === undefined || limit <= 0) {
    return <span className="k-use k-use-absent" style={{ width }} role="img" aria-label={`${label}: not known`} />
  }
  const fraction = used / limit
  const percent = Math.round(fraction * 100)
  return (
    <span
      className={`k-use k-use-${toneOfUse(fraction)}`}
      style={{ width }}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.min(100, percent)}
      aria-valuetext={`${percent}% of the limit`}
    >
      <i style={{ width: `${Math.min(100, fraction * 100)}%` }} />
      {request === undefined ? null : <b style={{ left: `${Math.min(100, (request / limit) * 100)}%` }} />}
    </span>
  )
}

export function toneOfUse(fraction: number): 'normal' | 'high' | 'full' {
  if (fraction > 0.9) return 'full'
  return fraction > 0.8 ? 'high' : 'normal'
}

/** Ready of wanted, green when all are there, amber else. */
export function ReadyBar({
  ready,
  total,
  width = 44,
  label,
}: {
  ready: number
  total: number
  width?: number
  label: string
}) {
  const fraction = total === 0 ? 0 : ready / total
  return (
    <span
      className={`k-use ${fraction >= 1 ? 'k-use-ready' : 'k-use-high'}`}
      style={{ width }}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={ready}
    >
      <i style={{ width: `${fraction * 100}%` }} />
    </span>
  )
}
