/** How figures are written: a unit after a space, percent without; binary units as Kubernetes has them. */

const binary = ['B', 'Ki', 'Mi', 'Gi', 'Ti'] as const

/** Bytes as `948 Mi`: three significant digits at most. */
export function formatBytes(bytes: number): string {
  if (bytes === 0) return '0'
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 1024 && unit < binary.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : trimZero(value.toFixed(value >= 10 ? 1 : 2))} ${binary[unit] ?? 'B'}`
}

/** CPU in cores as `311m` under one core, `1.5` above. */
export function formatCores(cores: number): string {
  if (cores === 0) return '0'
  if (cores < 0.01) return `${trimZero((cores * 1000).toFixed(1))}m`
  return cores < 1 ? `${Math.round(cores * 1000)}m` : trimZero(cores.toFixed(2))
}

function trimZero(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

export function formatPercent(fraction: number): string {
  return `${Math.round(fraction * 100)}%`
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-GB')
}

/** `1 pod`, `2 pods`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** A duration as `850 ms`, `4.2 s`, `36 s`, `3 min 36 s`, `2 h 32 min`, `12 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`
  if (milliseconds < 10_000) return `${trimZero((milliseconds / 1000).toFixed(1))} s`
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return join(minutes, 'min', seconds % 60, 's')
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return join(hours, 'h', minutes % 60, 'min')
  return join(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** Milliseconds since a time; null where there is none. */
export function ageOf(time: number | null, now: number): number | null {
  return time === null ? null : now - time
}

/** An age in one unit, as kubectl has it: `24s`, `4m`, `12d`. */
export function formatAge(milliseconds: number | null): string {
  if (milliseconds === null) return '–'
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}
